import ByteStrings
public import NIOCore

/// One event loop's part of the fan-out: who listens here, and what they get. No locks, no queue per subscriber.
///
/// What arrives (`Arrivals`) is given to live streams (`LiveDelivery`); one that begins (`StreamOpener`), falls behind
/// (`SlowConsumers`) or changes its topics (`TopicChanges`) catches up by turns (`CatchUp`).
///
/// Sendable is safe without a check: all stored state is touched only on `eventLoop`, which every public method demands.
public final class Shard: @unchecked Sendable {
    /// The loop of this shard and of its subscribers' connections.
    public let eventLoop: any EventLoop
    private let configuration: FanOutConfiguration
    let view: PartitionView
    private let clock: ShardClock
    private let turns: TurnQueue
    private let pages: CatchUpPages
    private let resets: Resets
    private let opener: StreamOpener
    private let changes: TopicChanges
    private let slowConsumers: SlowConsumers
    private let delivery: LiveDelivery
    private let catchUp: CatchUp
    private let arrivals: Arrivals
    private let owners: StreamOwners
    private let census: StreamCensus
    private let incidents: IncidentLog
    /// How many streams there have been.
    private var streamNumber = 0
    private var subscriberCount = 0
    /// Streams that are here now, by the name of their transport in metrics.
    private var streamCounts: [String: Int] = [:]
    /// Streams that the hub ended, by reason.
    private var closedCounts: [CloseReason: Int] = [:]
    private var drained: EventLoopPromise<Void>?
    private var timer: RepeatedTask?

    init(
        index: Int, eventLoop: any EventLoop, partition: Partition, incidents: IncidentLog = IncidentLog(),
        occupancy: OccupancyLedger? = nil, configuration: FanOutConfiguration
    ) {
        self.eventLoop = eventLoop
        self.incidents = incidents
        self.configuration = configuration
        self.view = PartitionView(of: partition, shard: index, occupancy)
        self.owners = StreamOwners(occupancy)
        self.clock = ShardClock(heartbeat: configuration.heartbeat)
        self.turns = TurnQueue(on: eventLoop)
        self.pages = CatchUpPages(of: partition, shard: index, self.view)
        self.resets = Resets(self.view, incidents)
        self.opener = StreamOpener(self.view, self.clock, self.turns, configuration)
        self.changes = TopicChanges(self.view, self.pages, self.turns, self.opener)
        self.slowConsumers = SlowConsumers(
            self.view, self.clock, self.turns, self.resets, incidents, configuration)
        self.delivery = LiveDelivery(self.view, self.turns, self.slowConsumers, configuration)
        self.catchUp = CatchUp(
            on: eventLoop, self.view, self.turns, self.pages, self.opener, self.changes, self.slowConsumers,
            self.delivery, self.resets, configuration)
        self.census = StreamCensus(of: index, self.view, self.changes, self.owners)
        self.arrivals = Arrivals(self.view, self.turns, self.pages, self.opener, self.changes, self.delivery)
        self.turns.start { [weak self] in self?.takeTurns() ?? false }
    }

    // MARK: - Streams

    /// Begins a stream.
    /// - Parameters:
    ///   - topics: Its topics, each once; never empty.
    ///   - start: Where it begins.
    ///   - outlet: Gets `open` as soon as it is known what the stream can prove, after 2 seconds at the latest.
    ///   - lifetime: After how long the stream is closed as expired; `nil` if it may last.
    ///   - owner: Whose it is; `nil` if it is nobody's.
    /// - Returns: The stream, to be given to `leave` when the connection is gone.
    public func join(
        topics: [Topic], start: StartPosition, outlet: any Outlet, lifetime: TimeAmount? = nil,
        owner: StreamOwner? = nil
    ) -> Subscriber {
        self.eventLoop.preconditionInEventLoop()
        self.streamNumber += 1
        let subscriber = Subscriber(
            topics: topics.map(self.view.attach), start: start, outlet: outlet, states: self.delivery.states,
            number: self.streamNumber)
        self.changes.enlist(subscriber)
        self.subscriberCount += 1
        self.streamCounts[outlet.transport, default: 0] += 1
        self.clock.schedule(.opening, of: subscriber, after: self.configuration.openingTimeout)
        if owner != nil || lifetime != nil { self.renew(subscriber, owner: owner, lifetime: lifetime) }
        self.opener.resolve(subscriber)
        return subscriber
    }

    /// A stream is somebody else's, or may last for another time than was said before.
    /// - Parameters:
    ///   - subscriber: The stream.
    ///   - owner: Whose it is; `nil` if it is nobody's.
    ///   - lifetime: After how long from now it is closed as expired; `nil` if it may last.
    public func renew(_ subscriber: Subscriber, owner: StreamOwner?, lifetime: TimeAmount?) {
        self.eventLoop.preconditionInEventLoop()
        guard subscriber.phase != .closed else { return }
        self.owners.assign(subscriber, to: owner)
        subscriber.beginTerm()
        if let lifetime { self.clock.schedule(.expired(term: subscriber.term), of: subscriber, after: lifetime) }
    }

    /// Ends the streams of an owner who was let in by what was issued up to a time: each is told that it was taken back.
    func revoke(_ owner: ByteString, issuedUpTo time: Double) {
        for subscriber in self.owners.streams(of: owner, issuedUpTo: time) { self.close(subscriber, .revoked) }
    }

    /// Whether there is room for topics, as far as nobody listens to them already. If not, that is counted.
    public func hasRoom(for topics: [Topic]) -> Bool {
        self.eventLoop.preconditionInEventLoop()
        return self.view.hasRoom(for: topics)
    }

    /// Gives an open stream one more topic. Everything stays proved: nothing is lost, doubled or reordered by it.
    ///
    /// A topic that begins before the stream's position has its past replayed first, up to that position, while the other
    /// topics wait; only then ids go back.
    /// - Parameters:
    ///   - subscriber: The stream.
    ///   - topic: A topic that it does not have, or that it is about to be rid of.
    ///   - start: Where the topic begins.
    ///   - completion: Is called when the topic is there, before its first event, with a cursor that is safe for all topics of
    ///     the stream from then on; `nil` if a reset comes first. Never called if the stream ends before.
    public func subscribe(
        _ subscriber: Subscriber, to topic: Topic, from start: StartPosition, completion: @escaping (Cursor?) -> Void
    ) {
        self.eventLoop.preconditionInEventLoop()
        guard subscriber.phase != .closed else { return }
        self.changes.add(topic, to: subscriber, from: start, completion: completion)
    }

    /// Rids an open stream of a topic; it may be its last.
    /// - Parameters:
    ///   - subscriber: The stream.
    ///   - topic: One of its topics, or one that it is about to be given.
    ///   - completion: Is called after the topic's last event, with the stream's cursor.
    public func unsubscribe(
        _ subscriber: Subscriber, from topic: Topic, completion: @escaping (Cursor?) -> Void
    ) {
        self.eventLoop.preconditionInEventLoop()
        guard subscriber.phase != .closed else { return }
        self.changes.remove(topic, from: subscriber, completion: completion)
    }

    /// The outlet takes more again.
    public func resume(_ subscriber: Subscriber) {
        self.eventLoop.preconditionInEventLoop()
        if self.slowConsumers.resume(subscriber) { self.close(subscriber, .slow) }
    }

    /// Ends a stream: nothing more is given to its outlet. May be called more than once.
    public func leave(_ subscriber: Subscriber) {
        self.eventLoop.preconditionInEventLoop()
        guard subscriber.phase != .closed else { return }
        subscriber.end()
        self.pages.release(subscriber)
        self.owners.remove(subscriber)
        self.subscriberCount -= 1
        self.streamCounts[subscriber.outlet.transport, default: 0] -= 1
        self.changes.leave(subscriber)
        self.finishDrain()
    }

    private func close(_ subscriber: Subscriber, _ reason: CloseReason) {
        guard subscriber.phase != .closed else { return }
        self.opener.open(subscriber, StreamOpening(replay: nil, cursor: nil))
        self.leave(subscriber)
        self.closedCounts[reason, default: 0] += 1
        if reason != .drain {
            self.incidents.note(.closed, Incident(.closed, reason.rawValue, of: subscriber))
        }
        subscriber.outlet.close(reason)
    }

    /// Ends all streams, spread evenly over a time, each told that this member is about to stop.
    /// - Parameter window: How long that takes.
    /// - Returns: Succeeds when the last stream is gone.
    func drain(over window: TimeAmount) -> EventLoopFuture<Void> {
        let promise = self.drained ?? self.eventLoop.makePromise()
        self.drained = promise
        let subscribers = self.changes.allSubscribers
        for (number, subscriber) in subscribers.enumerated() {
            let delay = TimeAmount.nanoseconds(window.nanoseconds * Int64(number) / Int64(subscribers.count))
            self.clock.schedule(.close(.drain), of: subscriber, after: delay)
        }
        self.finishDrain()
        return promise.futureResult
    }

    private func finishDrain() {
        guard self.subscriberCount == 0 else { return }
        self.drained.take()?.succeed()
    }

    // MARK: - What drives it

    func start() {
        self.clock.awaitTick()
        let tick = ShardClock.tick
        self.timer = self.eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { [weak self] _ in
            self?.tick()
        }
    }

    func stop() {
        self.timer?.cancel()
    }

    /// Takes in what the ordering point tells.
    /// - Parameter arrival: When the first of it came to this process.
    func take(_ operations: [ShardOperation], arrival: NIODeadline) {
        self.arrivals.take(operations, arrival: arrival)
    }

    private func takeTurns() -> Bool {
        self.delivery.deliverNextSlice()
        self.catchUp.takeTurns(besideDeliveries: self.delivery.isSliced)
        return !self.turns.isEmpty || self.delivery.isSliced
    }

    private func tick() {
        for expiry in self.clock.tick() {
            if let subscriber = expiry.subscriber { self.expire(expiry.kind, of: subscriber) }
        }
        self.pages.tick()
        self.catchUp.letIn()
        self.clock.awaitTick()
    }

    private func expire(_ kind: Expiry.Kind, of subscriber: Subscriber) {
        switch kind {
        case .opening:
            self.opener.openUnproved(subscriber)
        case .heartbeat:
            if subscriber.outlet.isWritable { subscriber.outlet.heartbeat() }
            self.clock.scheduleHeartbeat(subscriber)
        case .close(let reason):
            self.close(subscriber, reason)
        case .expired(let term):
            if term == subscriber.term { self.close(subscriber, .expired) }
        case .stalled(let stall, let backlog):
            if self.slowConsumers.isStuck(subscriber, stall, backlog: backlog) { self.close(subscriber, .slow) }
        }
    }

    // MARK: - What is asked of it

    /// How many streams of a topic are here.
    func subscriberCount(of topic: Topic) -> Int {
        self.view.topics[topic]?.subscriberCount ?? 0
    }

    /// The streams that are asked for: how many there are, and the first of them.
    func streams(_ query: StreamQuery, limit: Int) -> (count: Int, streams: [StreamDescription]) {
        self.census.streams(query, limit: limit)
    }

    /// The topics that most streams here have.
    func crowdedTopics(limit: Int) -> [Topic] { self.census.crowdedTopics(limit: limit).map(\.topic) }

    /// Ends a stream, whose client is told to connect elsewhere.
    /// - Returns: Whether it was there.
    func shed(_ number: Int) -> Bool {
        guard let subscriber = self.census.subscriber(numbered: number) else { return false }
        self.close(subscriber, .shed)
        return true
    }

    var statistics: FanOutStatistics {
        FanOutStatistics(
            subscribers: self.subscriberCount, streams: self.streamCounts, opened: self.opener.openedCounts,
            replays: self.catchUp.replayCounts, delivered: self.delivery.eventCount,
            deliveredBytes: self.delivery.byteCount, deliveryLatency: self.delivery.latency, loopLag: self.clock.lag,
            parked: self.slowConsumers.parkedCount, resumed: self.slowConsumers.resumedCount,
            skipped: self.slowConsumers.skippedCount, resets: self.resets.counts, closed: self.closedCounts)
    }
}
