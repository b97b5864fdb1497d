/// What a shard holds now and has counted since its start. Plain numbers that only the shard's loop changes; they are
/// summed when somebody asks.
public struct FanOutStatistics: Hashable, Sendable {
    /// Streams that are here now.
    public var subscribers = 0
    /// Streams that were opened, by what could be proved of them.
    public var opened: [StreamOpening.Replay?: Int] = [:]
    /// Events given to outlets.
    public var delivered = 0
    /// Bytes of events given to outlets.
    public var deliveredBytes = 0
    /// How often a stream fell behind because its client did not take what was sent.
    public var parked = 0
    /// How often such a stream went on.
    public var resumed = 0
    /// Resets that were said, by reason.
    public var resets: [ResetNotice.Reason: Int] = [:]
    /// Streams that the hub ended, by reason.
    public var closed: [CloseReason: Int] = [:]

    /// Adds another shard's numbers.
    public mutating func add(_ other: FanOutStatistics) {
        self.subscribers += other.subscribers
        self.opened.merge(other.opened, uniquingKeysWith: +)
        self.delivered += other.delivered
        self.deliveredBytes += other.deliveredBytes
        self.parked += other.parked
        self.resumed += other.resumed
        self.resets.merge(other.resets, uniquingKeysWith: +)
        self.closed.merge(other.closed, uniquingKeysWith: +)
    }
}
