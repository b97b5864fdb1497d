/// One stream, on one shard: its topics, its place in them, and where its events go. Used only on the shard's loop.
public final class Subscriber {
    enum Phase {
        /// Where the stream begins is not decided yet.
        case opening
        /// Has yet to be sent what lies between its place and the newest event.
        case behind
        /// Gets each event as it comes.
        case live
        /// Gets nothing more.
        case closed
    }

    let outlet: any Outlet
    let encoding: any EventEncoding
    let topics: [ShardTopic]
    /// The subscriber's slot in the roster of each of its topics.
    var slots: [Int] = []
    var phase = Phase.opening
    /// Every event up to here was sent, or was not asked for.
    var place = Offset.zero
    /// Where the stream began here, or was last told a reset.
    var origin = Offset.zero
    /// Where the stream stood when it met the gaps that it has yet to be told: its place moves on before it reaches their end.
    var gapStart: Offset?
    /// One for each topic, while there is anything but gaps to be proved.
    var policies: [GapPolicy] = []
    /// Where the stream is to begin, until that is resolved.
    var start: StartPosition?
    /// The bus itself was asked about a cursor that is ahead of what is known here.
    var isConfirmed = false
    /// The outlet was told that the stream begins.
    var isOpen = false
    /// Asked for what it had missed, and has yet to be counted for it.
    var isReplay = false
    /// Waits for its turn to catch up.
    var isQueued = false
    /// Which stall of its shard this is, while the outlet takes nothing and there is something to send.
    var stall: Int?
    /// What the events of one tick amount to, for a stream of several topics.
    var gathered: GatheredEvents?

    init(topics: [ShardTopic], start: StartPosition, outlet: any Outlet) {
        self.topics = topics
        self.start = start
        self.outlet = outlet
        self.encoding = outlet.encoding
    }

    func policy(_ lane: Int) -> GapPolicy {
        self.policies.isEmpty ? .prove : self.policies[lane]
    }

    func setPolicy(_ policy: GapPolicy, of lane: Int) {
        if self.policies.isEmpty { self.policies = Array(repeating: .prove, count: self.topics.count) }
        self.policies[lane] = policy
        if self.policies.allSatisfy({ $0 == .prove }) { self.policies = [] }
    }
}
