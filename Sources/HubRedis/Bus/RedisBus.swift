public import ByteStrings
public import HubCore
public import Logging
public import NIOCore
public import RedisWire

/// One member's side of a bus that lives in Redis: any number of hubs with the same server and prefix are one bus.
///
/// What must happen in one step happens in Lua inside Redis; this class keeps one connection for commands and one for
/// subscriptions, notices when either is lost, silent, or leads to a server that has lost writes, and says so to its
/// delegate. docs/redis.md describes keys, channels, messages and the permissions that it needs.
public final class RedisBus: EventBus {
    /// The loop of both connections and of the delegate.
    public let eventLoop: any EventLoop

    private let condition: BusCondition
    let parts: NIOLoopBoundBox<RedisBusParts>
    private let queue = PublishQueue()

    /// Makes a bus, which does nothing until `start`.
    /// - Parameters:
    ///   - location: Where the server is: the primary, never a replica.
    ///   - prefix: Sets this cluster's keys and channels apart from others on the same server.
    ///   - replayCount: How many events each topic keeps at most; above 1,000 Redis may keep up to 100 more.
    ///   - replayAge: How long each topic keeps its events.
    ///   - maximumEventBytes: What `FCALL hub_publish` takes as an event's data at most; never more than
    ///     `EventData.maximumByteCount`.
    ///   - confirmingReplicas: How many replicas are to have an event before its publisher is answered.
    ///   - timeouts: How long to wait for Redis.
    ///   - eventLoop: One of a `MultiThreadedEventLoopGroup`.
    ///   - logger: Told once of each change of the bus's condition.
    public init(
        location: RedisLocation, prefix: String = "hub", replayCount: Int, replayAge: TimeAmount,
        maximumEventBytes: Int = EventData.maximumByteCount, confirmingReplicas: Int = 0,
        timeouts: RedisTimeouts = RedisTimeouts(),
        eventLoop: any EventLoop, logger: Logger
    ) {
        self.eventLoop = eventLoop
        let condition = BusCondition()
        self.condition = condition
        let settings = RedisBusSettings(
            location: location, names: PartitionNames(prefix: prefix),
            replayCount: replayCount, replayAge: replayAge, maximumEventBytes: maximumEventBytes,
            confirmingReplicas: confirmingReplicas, timeouts: timeouts,
            eventLoop: eventLoop, logger: logger)
        self.parts = .makeBoxSendingValue(RedisBusParts(settings, condition), eventLoop: eventLoop)
    }

    public var status: BusStatus { self.condition.status }

    /// How often the connections for commands and for subscriptions were made again, from any thread.
    public var reconnects: (commands: Int, subscriptions: Int) {
        (self.condition.commandLink.reconnects, self.condition.subscriptionLink.reconnects)
    }

    public func start(delegate: any EventBusDelegate) {
        self.eventLoop.execute { self.parts.value.start(delegate) }
    }

    public func publish(_ publications: [Publication]) -> EventLoopFuture<[PublishedEvent]> {
        guard !publications.isEmpty else { return self.eventLoop.makeSucceededFuture([]) }
        if let excess = StepSize(of: publications).excess {
            return self.eventLoop.makeFailedFuture(BusError.refused(reason: excess.description))
        }
        let promise = self.eventLoop.makePromise(of: [PublishedEvent].self)
        switch self.queue.add(PublishQueue.Request(publications: publications, promise: promise)) {
        case .leave: self.execute { self.queue.takeAll().forEach($0.calls.publish) }
        case .wait(let deadline):
            self.eventLoop.scheduleTask(deadline: deadline) {
                self.queue.takeDue().forEach(self.parts.value.calls.publish)
            }
        case .join: break
        }
        return promise.futureResult
    }

    public func read(_ topic: Topic, _ range: LogRange, limit: Int) -> EventLoopFuture<LogPage> {
        self.onLoop { $0.calls.read(topic, range, limit: limit) }
    }

    public func subscribe(_ topic: Topic) {
        self.eventLoop.execute { self.parts.value.channels.subscribe(topic) }
    }

    public func unsubscribe(_ topic: Topic) {
        self.eventLoop.execute { self.parts.value.channels.unsubscribe(topic) }
    }

    public func reportRollback(of epoch: Epoch) {
        self.eventLoop.execute { self.parts.value.calls.reportRollback(of: epoch) }
    }

    public func reconnect() {
        self.eventLoop.execute { self.parts.value.reconnect() }
    }

    public func delete(_ topic: Topic) -> EventLoopFuture<Bool> {
        self.onLoop { $0.calls.delete(topic) }
    }

    public func topics(after: Topic?, limit: Int) -> EventLoopFuture<[TopicSummary]> {
        self.onLoop { $0.calls.topics(after: after, limit: limit) }
    }

    public func summary(of topic: Topic) -> EventLoopFuture<TopicSummary?> {
        self.onLoop { $0.calls.summary(of: topic) }
    }

    public func shutdown() -> EventLoopFuture<Void> {
        self.onLoop { parts in
            self.queue.takeAll().forEach(parts.calls.publish)
            parts.stop()
            return self.eventLoop.makeSucceededVoidFuture()
        }
    }

    private func execute(_ work: @escaping @Sendable (RedisBusParts) -> Void) {
        guard !self.eventLoop.inEventLoop else { return work(self.parts.value) }
        self.eventLoop.execute { work(self.parts.value) }
    }

    /// Without a detour if the caller is on the loop already: the future keeps the delegate from being called first.
    private func onLoop<Value: Sendable>(
        _ work: @escaping @Sendable (RedisBusParts) -> EventLoopFuture<Value>
    ) -> EventLoopFuture<Value> {
        guard !self.eventLoop.inEventLoop else { return work(self.parts.value) }
        return self.eventLoop.flatSubmit { work(self.parts.value) }
    }
}

extension RedisBus: RevocationStore {
    public func revoke(_ subject: ByteString) -> EventLoopFuture<Revocation> {
        self.onLoop { $0.calls.revoke(subject) }
    }

    public func revocations(since time: UInt64) -> EventLoopFuture<[Revocation]> {
        self.onLoop { $0.calls.revocations(since: time) }
    }
}

extension RedisBus: MemberChannel {
    public func hearMembers(_ listener: @escaping @Sendable ([UInt8]) -> Void) {
        self.eventLoop.execute { self.parts.value.channels.hearMembers(listener) }
    }

    public func tellMembers(_ message: [UInt8]) -> EventLoopFuture<Void> { self.onLoop { $0.calls.tell(message) } }
}

/// What a bus is made of, on its loop: two connections, and who uses them for what.
final class RedisBusParts {
    let calls: BusCalls
    let channels: TopicChannels
    let scripts: ScriptCaller
    private let endpoints: any EndpointSource
    private let commands: CommandLink
    private let subscriptions: SubscriptionLink
    private let history: BusHistory
    private let health: BusHealth
    private let greeting: ServerGreeting
    private let housekeeping: Housekeeping

    init(_ settings: RedisBusSettings, _ condition: BusCondition) {
        self.endpoints = settings.makeEndpoints()
        self.commands = CommandLink(settings, self.endpoints)
        self.subscriptions = SubscriptionLink(settings)
        self.history = BusHistory()
        self.health = BusHealth(condition, settings.logger)
        let publishing = PublishLink(settings, self.health)
        self.scripts = ScriptCaller(settings, self.commands, publishing, self.history, self.health)
        let probe = SubscriptionProbe(settings, self.scripts, self.commands, self.subscriptions)
        self.calls = BusCalls(settings, self.scripts, self.history)
        self.channels = TopicChannels(
            settings, self.subscriptions, probe, self.history, self.health, condition.subscriptionLink)
        self.greeting = ServerGreeting(
            settings, self.scripts, self.commands, publishing, self.subscriptions, self.health, condition.commandLink)
        self.housekeeping = Housekeeping(settings, self.scripts, self.commands, probe, self.health)
    }

    func start(_ delegate: any EventBusDelegate) {
        guard self.history.delegate == nil, !self.health.isStopped else { return }
        let (greeting, housekeeping) = (self.greeting, self.housekeeping)
        self.history.start(delegate)
        self.commands.attend(
            greet: greeting.greet,
            onOpen: {
                greeting.commandsOpened()
                housekeeping.keepFunctions()
            },
            onFailure: greeting.commandsFailed)
        self.subscriptions.attend(prepare: greeting.sayHello, onEvent: self.channels.take)
        self.channels.start()
        self.endpoints.start { [weak self] in self?.move() }
        self.commands.start()
        housekeeping.start()
    }

    /// Another server is the one now.
    private func move() {
        self.commands.redirect()
        self.subscriptions.redirect()
    }

    /// Gives both connections up, though they may work.
    func reconnect() {
        self.commands.drop()
        self.subscriptions.drop()
    }

    func stop() {
        self.health.stop()
        self.endpoints.stop()
        self.commands.stop()
        self.subscriptions.stop()
        self.history.stop()
    }
}
