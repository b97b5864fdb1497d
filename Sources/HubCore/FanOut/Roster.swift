/// The subscribers of a topic, each in a slot that stays its own until it leaves, so that a delivery which is done in
/// slices meets nobody twice and misses nobody.
struct Roster {
    private var subscribers: ContiguousArray<Subscriber?> = []
    /// Where the shard has their states, which lets a delivery do without the subscribers themselves.
    private var seats: ContiguousArray<LiveStates.Seat> = []
    private var free: [Int] = []

    /// How many slots there are, those that are empty included.
    var slotCount: Int { self.subscribers.count }
    var count: Int { self.subscribers.count - self.free.count }
    var isEmpty: Bool { self.count == 0 }

    /// Who has a slot, if anybody does.
    subscript(slot: Int) -> Subscriber? {
        slot < self.subscribers.count ? self.subscribers[slot] : nil
    }

    /// The seat of whoever has a slot, or nobody's.
    func seat(_ slot: Int) -> LiveStates.Seat {
        slot < self.seats.count ? self.seats[slot] : LiveStates.nobody
    }

    /// Gives a subscriber a slot.
    mutating func insert(_ subscriber: Subscriber) -> Int {
        if let slot = self.free.popLast() {
            self.subscribers[slot] = subscriber
            self.seats[slot] = subscriber.seat
            return slot
        }
        self.subscribers.append(subscriber)
        self.seats.append(subscriber.seat)
        return self.subscribers.count - 1
    }

    /// Empties a slot.
    mutating func remove(at slot: Int) {
        if slot == self.subscribers.count - 1 {
            self.subscribers.removeLast()
            self.seats.removeLast()
        } else {
            self.subscribers[slot] = nil
            self.seats[slot] = LiveStates.nobody
            self.free.append(slot)
        }
    }

    /// Calls a closure with every subscriber.
    func forEach(_ body: (Subscriber) -> Void) {
        for case let subscriber? in self.subscribers { body(subscriber) }
    }
}
