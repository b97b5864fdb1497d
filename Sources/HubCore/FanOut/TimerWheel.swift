/// Deadlines of many subscribers, driven by one timer: a hashed wheel of coarse ticks.
///
/// Scheduling and expiring cost O(1). Nothing is cancelled: an element that no longer cares ignores its expiry.
struct TimerWheel<Element> {
    private var slots: [[(round: Int, element: Element)]]
    private var tick = 0

    /// Makes a wheel.
    /// - Parameter slotCount: How many ticks one turn has; deadlines beyond it take more turns.
    init(slotCount: Int = 512) {
        self.slots = Array(repeating: [], count: slotCount)
    }

    /// Lets an element expire after a number of ticks.
    /// - Parameter ticks: At least 1.
    mutating func schedule(_ element: Element, after ticks: Int) {
        let due = self.tick + max(1, ticks)
        self.slots[due % self.slots.count].append((due / self.slots.count, element))
    }

    /// Moves on by one tick and takes out what has expired.
    mutating func advance() -> [Element] {
        self.tick += 1
        let slot = self.tick % self.slots.count
        guard !self.slots[slot].isEmpty else { return [] }
        let round = self.tick / self.slots.count
        var expired: [Element] = []
        self.slots[slot].removeAll { entry in
            guard entry.round <= round else { return false }
            expired.append(entry.element)
            return true
        }
        return expired
    }
}
