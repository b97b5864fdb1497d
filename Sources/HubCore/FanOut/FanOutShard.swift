import DequeModule
public import NIOCore

/// One event loop's part of the fan-out: who listens here, and what they get. No locks, no queue per subscriber.
///
/// Sendable is safe without a check: all stored state is touched only on `eventLoop`, which every public method demands.
public final class FanOutShard: @unchecked Sendable {
    /// The timer wheel's tick.
    static let tick = TimeAmount.milliseconds(100)

    /// The loop of this shard and of its subscribers' connections.
    public let eventLoop: any EventLoop
    let index: Int
    let partition: Partition
    let configuration: FanOutConfiguration
    var epoch: Epoch?
    /// All live feeds are complete up to here.
    var head = Offset.zero
    /// The bus has given offsets up to here, at least.
    var knownClock = Offset.zero
    /// Cursors in this gap prove that something was lost.
    var gap: OffsetGap?
    var topics: [Topic: ShardTopic] = [:]
    let states = LiveStates()
    /// What streams hold that are behind what is in memory.
    let pages: CatchUpPages
    /// Streams without a topic: one of a client that may take up another.
    var idle = Roster()
    /// Streams that are behind and can be given more.
    var catchUps = CatchUpQueue()
    /// Streams that can go on only when the head moves.
    var waitingForHead: [Subscriber] = []
    /// Topics with a delivery that is not finished.
    var slicedTopics: Deque<ShardTopic> = []
    var isWorkScheduled = false
    var stallCount = 0
    var statistics = FanOutStatistics()
    private var generation = 0
    private var wheel = TimerWheel<Expiry>()
    private var timer: RepeatedTask?
    private var dueTick = NIODeadline.distantPast
    private var jitter = JitterGenerator()
    private var drained: EventLoopPromise<Void>?

    init(index: Int, eventLoop: any EventLoop, partition: Partition, configuration: FanOutConfiguration) {
        self.index = index
        self.eventLoop = eventLoop
        self.partition = partition
        self.configuration = configuration
        self.pages = CatchUpPages(shard: index, partition: partition)
    }

    /// Begins a stream.
    /// - Parameters:
    ///   - topics: Its topics, each once; never empty.
    ///   - start: Where it begins.
    ///   - outlet: Gets `open` as soon as it is known what the stream can prove, after 2 seconds at the latest.
    ///   - lifetime: After how long the stream is closed as expired; `nil` if it may last.
    /// - Returns: The stream, to be given to `leave` when the connection is gone.
    public func join(
        topics: [Topic], start: StartPosition, outlet: any Outlet, lifetime: TimeAmount? = nil
    ) -> Subscriber {
        self.eventLoop.preconditionInEventLoop()
        let subscriber = Subscriber(topics: topics.map(self.attach), start: start, outlet: outlet, states: self.states)
        self.enlist(subscriber)
        self.statistics.subscribers += 1
        self.statistics.streams[outlet.transport, default: 0] += 1
        self.schedule(.opening, of: subscriber, after: self.configuration.openingTimeout)
        if let lifetime { self.schedule(.close(.expired), of: subscriber, after: lifetime) }
        self.resolve(subscriber)
        return subscriber
    }

    /// Whether there is room for topics, as far as nobody on this loop listens to them already. If not, that is counted.
    public func hasRoom(for topics: [Topic]) -> Bool {
        self.eventLoop.preconditionInEventLoop()
        let room = self.partition.room
        guard topics.count > room.left, topics.count(where: { self.topics[$0] == nil }) > max(0, room.left) else {
            return true
        }
        room.refuse()
        return false
    }

    /// Ends a stream: nothing more is given to its outlet. May be called more than once.
    public func leave(_ subscriber: Subscriber) {
        self.eventLoop.preconditionInEventLoop()
        guard subscriber.phase != .closed else { return }
        subscriber.end()
        self.pages.release(subscriber)
        self.statistics.subscribers -= 1
        self.statistics.streams[subscriber.outlet.transport, default: 0] -= 1
        self.forgetChanges(of: subscriber)
        self.delist(subscriber)
        subscriber.topics.forEach(self.release)
        self.finishDrain()
    }

    /// Ends all streams, spread evenly over a time, each told that this member is about to stop.
    /// - Parameter window: How long that takes.
    /// - Returns: Succeeds when the last stream is gone.
    func drain(over window: TimeAmount) -> EventLoopFuture<Void> {
        let promise = self.drained ?? self.eventLoop.makePromise()
        self.drained = promise
        let subscribers = self.allSubscribers()
        for (number, subscriber) in subscribers.enumerated() {
            let delay = TimeAmount.nanoseconds(window.nanoseconds * Int64(number) / Int64(subscribers.count))
            self.schedule(.close(.drain), of: subscriber, after: delay)
        }
        self.finishDrain()
        return promise.futureResult
    }

    private func finishDrain() {
        guard self.statistics.subscribers == 0, let promise = self.drained else { return }
        self.drained = nil
        promise.succeed()
    }

    func start() {
        self.dueTick = .now() + Self.tick
        self.timer = self.eventLoop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { [weak self] _ in
            self?.strike()
        }
    }

    private func strike() {
        self.statistics.loopLag.observe(.now() - self.dueTick)
        self.advanceWheel()
        self.pages.tick()
        self.letIn()
        self.dueTick = .now() + Self.tick
    }

    func stop() {
        self.timer?.cancel()
    }

    func allSubscribers() -> [Subscriber] {
        var seen: Set<ObjectIdentifier> = []
        var subscribers: [Subscriber] = []
        self.idle.forEach { subscribers.append($0) }
        for topic in self.topics.values {
            topic.forEachSubscriber { if seen.insert(ObjectIdentifier($0)).inserted { subscribers.append($0) } }
        }
        return subscribers
    }

    func attach(_ topic: Topic) -> ShardTopic {
        if let known = self.topics[topic] { return known }
        self.generation += 1
        let new = ShardTopic(topic, generation: self.generation)
        self.topics[topic] = new
        self.partition.room.take()
        self.partition.attach(topic, shard: self.index, generation: self.generation)
        return new
    }

    /// Lets go of a topic that nobody here listens to any more.
    func release(_ topic: ShardTopic) {
        guard topic.subscriberCount == 0, self.topics[topic.topic] === topic else { return }
        self.topics[topic.topic] = nil
        self.pages.forgetRequests(of: topic)
        self.partition.detach(topic.topic, shard: self.index, generation: topic.generation)
    }

    // MARK: - Time

    func schedule(_ kind: Expiry.Kind, of subscriber: Subscriber, after delay: TimeAmount) {
        let ticks = Int((delay.nanoseconds + Self.tick.nanoseconds - 1) / Self.tick.nanoseconds)
        self.wheel.schedule(Expiry(kind, of: subscriber), after: ticks)
    }

    func scheduleHeartbeat(_ subscriber: Subscriber) {
        guard subscriber.outlet.hasHeartbeat else { return }
        let interval = self.configuration.heartbeat.nanoseconds
        let jittered = Int64.random(in: interval * 9 / 10...interval * 11 / 10, using: &self.jitter)
        self.schedule(.heartbeat, of: subscriber, after: .nanoseconds(jittered))
    }

    func advanceWheel() {
        for expiry in self.wheel.advance() {
            guard let subscriber = expiry.subscriber else { continue }
            switch expiry.kind {
            case .opening:
                self.openUnproved(subscriber)
            case .heartbeat:
                if subscriber.outlet.isWritable { subscriber.outlet.heartbeat() }
                self.scheduleHeartbeat(subscriber)
            case .close(let reason):
                self.close(subscriber, reason)
            case .stalled(let stall, let backlog):
                if subscriber.stall == stall { self.checkStall(of: subscriber, stall, backlog: backlog) }
            }
        }
    }

    func close(_ subscriber: Subscriber, _ reason: CloseReason) {
        guard subscriber.phase != .closed else { return }
        if !subscriber.isOpen { self.open(subscriber, StreamOpening(replay: nil, cursor: nil)) }
        self.leave(subscriber)
        self.statistics.closed[reason, default: 0] += 1
        subscriber.outlet.close(reason)
    }
}
