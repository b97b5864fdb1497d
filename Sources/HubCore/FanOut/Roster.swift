import CPrefetch

/// The subscribers of a topic, each in a slot that stays its own until it leaves, so that a delivery which is done in
/// slices meets nobody twice and misses nobody.
struct Roster {
    /// How many slots ahead of a delivery memory is fetched: the time of that many sends is ample for it.
    private static let prefetchDistance = 4
    private static let cacheLine = 64

    private struct Slot {
        let subscriber: Subscriber
        let address: UnsafeRawPointer

        init(_ subscriber: Subscriber) {
            self.subscriber = subscriber
            self.address = UnsafeRawPointer(Unmanaged.passUnretained(subscriber).toOpaque())
        }
    }

    private var slots: ContiguousArray<Slot?> = []
    private var free: [Int] = []

    /// How many slots there are, those that are empty included.
    var slotCount: Int { self.slots.count }
    var count: Int { self.slots.count - self.free.count }
    var isEmpty: Bool { self.count == 0 }

    /// Who has a slot, if anybody does.
    subscript(slot: Int) -> Subscriber? {
        slot < self.slots.count ? self.slots[slot]?.subscriber : nil
    }

    /// Gives a subscriber a slot.
    mutating func insert(_ subscriber: Subscriber) -> Int {
        if let slot = self.free.popLast() {
            self.slots[slot] = Slot(subscriber)
            return slot
        }
        self.slots.append(Slot(subscriber))
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

    /// A delivery is at this slot: lets memory that it will look at soon be read meanwhile. With many streams it would
    /// wait for that as long as for anything that it does itself.
    func prefetch(from slot: Int) {
        let next = slot + Self.prefetchDistance
        guard next < self.slots.count, let address = self.slots[next]?.address else { return }
        hub_prefetch(address)
        hub_prefetch(address + Self.cacheLine)
    }

    /// Calls a closure with every subscriber.
    func forEach(_ body: (Subscriber) -> Void) {
        for slot in self.slots.indices {
            guard let subscriber = self.slots[slot]?.subscriber else { continue }
            self.prefetch(from: slot)
            body(subscriber)
        }
    }
}
