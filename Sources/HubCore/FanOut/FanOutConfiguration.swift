public import NIOCore

/// How streams are treated.
public struct FanOutConfiguration: Sendable {
    /// What happens to a stream that did not take what was sent.
    public enum SlowConsumer: String, Sendable, CaseIterable {
        /// It goes on from where it was when it takes more.
        case resume
        /// It goes on with the latest, and is told a reset.
        case skip
        /// It is closed, and goes on from its cursor when it comes back.
        case close
    }

    /// The mean time between two heartbeats of a stream.
    public var heartbeat: TimeAmount
    /// How long the head of an answer waits for the subscription.
    public var openingTimeout: TimeAmount
    /// What happens to a stream that did not take what was sent.
    public var slowConsumer: SlowConsumer
    /// How long a stream may take nothing at all of what it was sent before it is closed.
    public var stallTimeout: TimeAmount
    /// How many streams get a delivery before other work has its turn.
    public var sliceCount: Int
    /// How many streams of several topics get what came in one tick at once; the others catch up.
    public var gatherCount: Int
    /// How many bytes a stream that catches up gets before another has its turn.
    public var catchUpByteCount: Int
    /// How much of each topic is held in memory.
    public var ringLimit: RingLimit
    /// How much of what arrives of a topic while its log is being read waits for the answer. Enough for what can arrive
    /// within one answer's time: a feed that has to let more go must read again.
    public var backlogLimit = RingLimit()
    /// How many of a topic's newest events are read when its feed begins or catches up.
    public var tailCount: Int
    /// How many events are read at a time for streams that are behind what is held in memory.
    public var pageCount: Int
    /// How much memory such pages may take, in bytes. Beyond it only one stream of each loop is given more at a time.
    public var pageByteCount: Int
    /// How many reads of logs may be under way at once: enough to keep the bus at work, and so few that whoever publishes
    /// does not wait long behind them.
    public var readCount = 4
    /// How long a topic that nobody listens to any more stays subscribed to.
    public var linger: TimeAmount
    /// The time of day, in milliseconds since 1970.
    var wallClock: @Sendable () -> UInt64 = { WallClock.milliseconds }

    /// How many topics may be listened to at once.
    public var maximumFeeds = 100_000
    /// How many topics that nobody listens to any more stay subscribed to; the oldest go first.
    public var idleFeedCount = 10_000
    /// How much such topics may hold in memory, in bytes.
    public var idleFeedByteCount = 64 << 20

    /// Makes a configuration.
    public init(
        heartbeat: TimeAmount = .seconds(15), openingTimeout: TimeAmount = .seconds(2),
        slowConsumer: SlowConsumer = .resume, stallTimeout: TimeAmount = .seconds(60), sliceCount: Int = 128,
        gatherCount: Int = 512,
        catchUpByteCount: Int = 64 << 10,
        ringLimit: RingLimit = RingLimit(), tailCount: Int = 256,
        pageCount: Int = 512, pageByteCount: Int = 128 << 20, linger: TimeAmount = .seconds(30)
    ) {
        self.heartbeat = heartbeat
        self.openingTimeout = openingTimeout
        self.slowConsumer = slowConsumer
        self.stallTimeout = stallTimeout
        self.sliceCount = sliceCount
        self.gatherCount = gatherCount
        self.catchUpByteCount = catchUpByteCount
        self.ringLimit = ringLimit
        self.tailCount = tailCount
        self.pageCount = pageCount
        self.pageByteCount = pageByteCount
        self.linger = linger
    }
}
