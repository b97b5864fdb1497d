/// What is known of a partition of the bus as a whole: by its ordering point, and by each shard.
struct PartitionState {
    /// The epoch in force; `nil` before the bus was met.
    private(set) var epoch: Epoch?
    /// All live feeds are complete up to here.
    private(set) var head = Offset.zero
    /// The bus has given offsets up to here, at least.
    private(set) var clock = Offset.zero
    /// Which offsets are of the epoch's history; `nil` before that is known.
    private(set) var reigns: Reigns?

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

    /// These offsets are of the epoch's history, up to `clock`, at least. What was known of others is forgotten.
    mutating func learn(_ reigns: Reigns, clock: Offset) {
        self.reigns = reigns
        if !reigns.gave(self.head) { self.head = .zero }
        if !reigns.gave(self.clock) { self.clock = .zero }
        self.learn(clock: clock)
    }

    /// Whether an offset is known to be of the history.
    func gave(_ offset: Offset) -> Bool { self.reigns?.gave(offset) ?? false }

    /// The position right before every event of a time and later. While only one offset is known, it is taken for one of the same
    /// reign.
    func position(before milliseconds: UInt64) -> Offset {
        let reigns = self.reigns ?? Reigns(tag: max(self.head, self.clock).tag)
        return reigns.position(before: milliseconds)
    }

    /// The position, or one right before it that a client can come back with.
    func settled(_ position: Offset) -> Offset { self.reigns?.settled(position) ?? position }

    /// All live feeds are complete up to here.
    /// - Returns: Whether that is news.
    @discardableResult
    mutating func moveHead(to offset: Offset) -> Bool {
        guard offset > self.head else { return false }
        self.head = offset
        return true
    }
}
