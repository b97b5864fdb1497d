/// What the ordering point tells a shard. Every shard gets its operations in the one order of the partition.
enum ShardOperation: Sendable {
    /// The next event of a topic whose feed is live.
    case append(Event)
    /// The topic's feed is complete up to `verified`: its streams may go on from the ring. The
    /// generation is the shard's own, so that it tells its attachment from an earlier one.
    case live(Topic, ReplayRing, verified: Offset, generation: Int)
    /// The topic's feed is live, but what it holds was replaced.
    case ring(Topic, ReplayRing)
    /// The topic's feed may miss something: nothing more is delivered until it is live again. With a hole, it misses
    /// something from before the head; without one, only what comes after it.
    case suspended(Topic, hole: Bool)
    /// A page that streams behind the ring asked for.
    case page(Topic, TopicPage)
    /// The bus was asked about a cursor that was ahead, and has given offsets up to this clock.
    case confirmed(Topic, place: Offset, clock: Offset)
    /// All live feeds are complete up to here.
    case reached(Offset)
    /// Offsets in this gap may have been lost.
    case lost(OffsetGap)
    /// Another epoch is in force, and has given offsets up to this clock, at least.
    case entered(Epoch, clock: Offset)
}
