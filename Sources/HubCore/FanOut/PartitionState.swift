/// What a shard knows of a partition of the bus as a whole.
struct PartitionState {
    /// The epoch in force; `nil` before the bus was met.
    private(set) var epoch: Epoch?
    /// All live feeds are complete up to here.
    private(set) var head = Offset.zero
    /// The bus has given offsets up to here, at least.
    private(set) var clock = Offset.zero
    /// Cursors in this gap prove that something was lost.
    private(set) var gap: OffsetGap?

    /// The cursor at a position; `nil` before the bus was met.
    func cursor(at position: Offset) -> Cursor? {
        self.epoch.map { Cursor(after: EventID(epoch: $0, offset: position)) }
    }

    /// Another epoch is in force, and has given offsets up to `clock`, at least.
    mutating func enter(_ epoch: Epoch, clock: Offset) {
        self = PartitionState()
        self.epoch = epoch
        self.clock = clock
    }

    /// The bus has given offsets up to here.
    mutating func learn(clock: Offset) {
        self.clock = max(self.clock, clock)
    }

    /// Offsets in this gap may have been lost.
    mutating func lose(_ gap: OffsetGap) {
        self.gap = gap
    }

    /// All live feeds are complete up to here.
    /// - Returns: Whether that is news.
    mutating func moveHead(to offset: Offset) -> Bool {
        guard offset > self.head else { return false }
        self.head = offset
        return true
    }
}
