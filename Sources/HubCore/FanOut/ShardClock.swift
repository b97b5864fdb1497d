import NIOCore

/// The time of one event loop: what becomes of its streams when theirs has come, and how late the loop is. Used only on that
/// loop.
final class ShardClock {
    /// How coarse the time is.
    static let tick = TimeAmount.milliseconds(100)

    private let heartbeat: TimeAmount
    private var wheel = TimerWheel<Expiry>()
    private var dueTick = NIODeadline.distantPast
    private var jitter = JitterGenerator()
    /// How much later than planned the loop did what it does at each tick.
    private(set) var lag = LatencyHistogram()

    /// Makes a clock that has yet to be started.
    /// - Parameter heartbeat: The mean time between two heartbeats of a stream.
    init(heartbeat: TimeAmount) {
        self.heartbeat = heartbeat
    }

    /// The next tick is due when its time has passed from now on.
    func awaitTick() {
        self.dueTick = .now() + Self.tick
    }

    /// A tick has passed.
    /// - Returns: What has expired.
    func tick() -> [Expiry] {
        self.lag.observe(.now() - self.dueTick)
        return self.wheel.advance()
    }

    /// Lets something become of a stream after a time, unless it has ended by then.
    func schedule(_ kind: Expiry.Kind, of subscriber: Subscriber, after delay: TimeAmount) {
        let (ticks, rest) = delay.nanoseconds.quotientAndRemainder(dividingBy: Self.tick.nanoseconds)
        self.wheel.schedule(Expiry(kind, of: subscriber), after: Int(ticks + (rest > 0 ? 1 : 0)))
    }

    /// Lets a stream have its next heartbeat. A part of the time is random, so that streams which began together do not stay
    /// together.
    func scheduleHeartbeat(_ subscriber: Subscriber) {
        guard subscriber.outlet.hasHeartbeat else { return }
        let interval = self.heartbeat.nanoseconds
        let jittered = Int64.random(in: interval * 9 / 10...interval * 11 / 10, using: &self.jitter)
        self.schedule(.heartbeat, of: subscriber, after: .nanoseconds(jittered))
    }
}

/// What becomes of a stream when its time has come.
struct Expiry {
    enum Kind {
        /// The head of the answer has to be sent.
        case opening
        case heartbeat
        case close(CloseReason)
        /// The stream may last no longer, unless another term has begun.
        case expired(term: UInt32)
        /// The outlet should have taken something of its backlog.
        case stalled(stall: Int, backlog: Int)
    }

    let kind: Kind
    private let membership: Subscriber.Membership

    init(_ kind: Kind, of subscriber: Subscriber) {
        self.kind = kind
        self.membership = subscriber.membership
    }

    /// The stream; `nil` once it has ended.
    var subscriber: Subscriber? { self.membership.subscriber }
}

/// Random numbers that nobody needs to be unable to guess, without the system call that each of the system's takes: SplitMix64
/// (Steele, Lea and Flood, 2014).
private struct JitterGenerator: RandomNumberGenerator {
    private var state = UInt64.random(in: .min ... .max)

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var bits = self.state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
