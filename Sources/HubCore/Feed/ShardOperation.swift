/// What the ordering point tells a shard. Every shard gets its operations in the one order of the partition.
enum ShardOperation: Sendable {
    /// The next event of a topic whose feed is live.
    case append(Event)
    /// The topic's feed is complete up to `verified`: its streams may go on from the ring. The
    /// generation is the shard's own, so that it tells its attachment from an earlier one.
    case live(Topic, ReplayRing, verified: Offset, generation: Int)
    /// The topic's feed is live, but what it holds was replaced.
    case ring(Topic, ReplayRing)
    /// The topic's feed may have a hole: nothing more is delivered until it is live again.
    case suspended(Topic)
    /// A page that streams behind the ring asked for.
    case page(Topic, TopicPage, clock: Offset)
    /// All live feeds are complete up to here.
    case reached(Offset)
    /// Another epoch is in force.
    case entered(Epoch)
}
