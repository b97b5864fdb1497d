/// What the feeds of a process have counted since its start.
public struct FeedCounters: Hashable, Sendable {
    /// How often a live feed had to catch up: after a hole, or after the subscription was lost.
    public var catchUps = 0
    /// How often all subscriptions were lost at once.
    public var losses = 0
    /// How often a new epoch began.
    public var epochs = 0
    /// How often another server has taken over.
    public var reigns = 0
    /// Reads of a log's tail.
    public var tailReads = 0
    /// Reads of a page for streams that were behind the ring.
    public var pageReads = 0
    /// Streams that were turned away, since as many topics were listened to as may be.
    public var refused = 0
}

/// What the feeds of a process hold now, and have counted.
public struct FeedStatistics: Hashable, Sendable {
    /// Topics that somebody listens to, or did a moment ago.
    public var feeds = 0
    /// Those of them that are complete.
    public var liveFeeds = 0
    /// Events in the feeds' rings.
    public var ringEvents = 0
    /// Roughly the memory that they take, in bytes.
    public var ringBytes = 0
    /// What was counted since the start.
    public var counters: FeedCounters
}
