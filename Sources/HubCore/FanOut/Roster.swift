/// The subscribers of a topic, each in a slot that stays its own until it leaves, so that a delivery which is done in
/// slices meets nobody twice and misses nobody.
struct Roster {
    private(set) var slots: ContiguousArray<Subscriber?> = []
    private var free: [Int] = []

    var count: Int { self.slots.count - self.free.count }
    var isEmpty: Bool { self.count == 0 }

    /// Gives a subscriber a slot.
    mutating func insert(_ subscriber: Subscriber) -> Int {
        if let slot = self.free.popLast() {
            self.slots[slot] = subscriber
            return slot
        }
        self.slots.append(subscriber)
        return self.slots.count - 1
    }

    /// Empties a slot.
    mutating func remove(at slot: Int) {
        self.slots[slot] = nil
        if slot == self.slots.count - 1 {
            self.slots.removeLast()
        } else {
            self.free.append(slot)
        }
    }

    /// Calls a closure with every subscriber.
    func forEach(_ body: (Subscriber) -> Void) {
        for case let subscriber? in self.slots { body(subscriber) }
    }
}
