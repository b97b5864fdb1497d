import NIOCore

/// Collects what a shard is to be told and hands it over in one go, so that a burst costs one hop between loops.
struct ShardMailbox: Sendable {
    private let deliver: @Sendable ([ShardOperation], _ arrival: NIODeadline) -> Void
    private var operations: [ShardOperation] = []
    /// When the first of the operations came.
    private var arrival = NIODeadline.distantPast
    private var head = Offset.zero

    /// Makes a mailbox.
    /// - Parameter deliver: Gets the operations in order, with the time when the first of them came, and hops to the
    ///   shard's loop.
    init(deliver: @escaping @Sendable ([ShardOperation], _ arrival: NIODeadline) -> Void) {
        self.deliver = deliver
    }

    mutating func post(_ operation: ShardOperation) {
        if self.operations.isEmpty { self.arrival = .now() }
        self.operations.append(operation)
    }

    /// Notes that everything up to here has arrived. That alone is worth no hop: the shard is told with the next operation.
    mutating func reach(_ offset: Offset) {
        self.head = max(self.head, offset)
    }

    /// Tells the shard now that everything up to here has arrived, since a stream may be waiting for it.
    mutating func announce(_ offset: Offset) {
        self.reach(offset)
        self.tellHead()
    }

    mutating func flush() {
        guard !self.operations.isEmpty else { return }
        self.tellHead()
        self.deliver(self.operations, self.arrival)
        self.operations.removeAll(keepingCapacity: true)
    }

    /// Begins another epoch, in which nothing has arrived yet.
    mutating func enter(_ epoch: Epoch, clock: Offset) {
        self.head = .zero
        self.post(.entered(epoch, clock: clock))
    }

    /// Other offsets are of the history than before.
    mutating func learn(_ reigns: Reigns, clock: Offset) {
        if !reigns.gave(self.head) { self.head = .zero }
        self.post(.reigned(reigns, clock: clock))
    }

    /// Adds the head, unless the last operation says as much: between events it would keep them from leaving together.
    private mutating func tellHead() {
        switch self.operations.last {
        case .append(let event) where event.offset.predecessor >= self.head: break
        case .reached: self.operations[self.operations.count - 1] = .reached(self.head)
        default: self.post(.reached(self.head))
        }
    }
}

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
    case confirmed(Topic, position: Offset, clock: Offset)
    /// All live feeds are complete up to here.
    case reached(Offset)
    /// These offsets are of the epoch's history, up to a clock, at least.
    case reigned(Reigns, clock: Offset)
    /// Another epoch is in force, and has given offsets up to this clock, at least.
    case entered(Epoch, clock: Offset)
}
