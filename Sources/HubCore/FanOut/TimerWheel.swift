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

    /// For how many elements there is room.
    var capacity: Int { self.slots.reduce(0) { $0 + $1.capacity } }

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
        var later: [(round: Int, element: Element)] = []
        for entry in self.slots[slot] {
            if entry.round <= round { expired.append(entry.element) } else { later.append(entry) }
        }
        // Not the same array with less in it: after a rush each slot would keep the room of its fullest turn.
        self.slots[slot] = later
        return expired
    }
}
