/// What a shard holds now and has counted since its start. Plain numbers that only the shard's loop changes; they are
/// summed when somebody asks.
public struct FanOutStatistics: Hashable, Sendable {
    /// Streams that are here now.
    public var subscribers = 0
    /// Those of them of each transport, by its name in metrics.
    public var streams: [String: Int] = [:]
    /// Streams that were opened, by what could be proved of them.
    public var opened: [StreamOpening.Replay?: Int] = [:]
    /// Streams that asked for a replay, by where it came from.
    public var replays: [ReplaySource: Int] = [:]
    /// Events given to outlets.
    public var delivered = 0
    /// Bytes of events given to outlets.
    public var deliveredBytes = 0
    /// How long events took from their arrival in this process until the last of this shard's live streams was given them:
    /// one observation for each delivery.
    public var deliveryLatency = LatencyHistogram()
    /// How much later than planned the loop did what it does at each tick.
    public var loopLag = LatencyHistogram()
    /// How often a stream fell behind because its client did not take what was sent.
    public var parked = 0
    /// How often such a stream went on from its position.
    public var resumed = 0
    /// How often such a stream went on with the latest, by the policy `skip`.
    public var skipped = 0
    /// Resets that were said, by reason.
    public var resets: [ResetNotice.Reason: Int] = [:]
    /// Streams that the hub ended, by reason.
    public var closed: [CloseReason: Int] = [:]

    /// Adds another shard's numbers.
    public mutating func add(_ other: FanOutStatistics) {
        self.subscribers += other.subscribers
        self.streams.merge(other.streams, uniquingKeysWith: +)
        self.opened.merge(other.opened, uniquingKeysWith: +)
        self.replays.merge(other.replays, uniquingKeysWith: +)
        self.delivered += other.delivered
        self.deliveredBytes += other.deliveredBytes
        self.deliveryLatency.add(other.deliveryLatency)
        self.loopLag.add(other.loopLag)
        self.parked += other.parked
        self.resumed += other.resumed
        self.skipped += other.skipped
        self.resets.merge(other.resets, uniquingKeysWith: +)
        self.closed.merge(other.closed, uniquingKeysWith: +)
    }
}

/// Where the events came from that a stream had missed when it began.
public enum ReplaySource: String, Hashable, Sendable, CaseIterable {
    /// Memory.
    case ring
    /// The bus's log, at least for one of its topics.
    case page
    /// It could not be proved that they are all there, and the stream was told a reset.
    case reset
}
