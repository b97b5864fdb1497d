import Logging
import NIOCore
import RedisWire

/// Asks one sentinel, again and again, where the primary is, and listens to when it moves. Confined to the bus's loop.
final class SentinelLink {
    /// What a sentinel says.
    enum Event {
        /// Where the primary is; `nil` if it knows none of the name.
        case answered(SentinelAnswers.Answer?)
        /// The primary has moved, or something may have: it is to be asked now.
        case moved
        /// It is gone, for this reason.
        case lost(String)
    }

    private static let channel = Array("+switch-master".utf8)
    /// How often it is asked: what it says by itself may be lost with it.
    private static let interval = TimeAmount.seconds(1)

    private let sentinel: RedisEndpoint
    private let group: SentinelGroup
    private let settings: RedisBusSettings
    private let onEvent: (Event) -> Void
    private var link = ReconnectingLink()
    private var backoff = RedisBackoff(maximum: .milliseconds(500))
    private var commands: RedisCommandConnection?
    private var subscription: RedisSubscriptionConnection?
    private var poll: Scheduled<Void>?

    init(
        _ sentinel: RedisEndpoint, _ group: SentinelGroup, _ settings: RedisBusSettings,
        onEvent: @escaping (Event) -> Void
    ) {
        self.sentinel = sentinel
        self.group = group
        self.settings = settings
        self.onEvent = onEvent
    }

    func start() {
        if self.link.start() == .connect { self.connect() }
    }

    func stop() {
        self.link.stop()
        self.poll?.cancel()
        self.commands?.close()
        self.subscription?.close()
    }

    /// Asks now.
    func ask() {
        self.poll?.cancel()
        guard let commands, commands.isOpen else {
            if self.link.elapsed() == .connect { self.connect() }
            return
        }
        commands.send(["SENTINEL", "MASTER", .string(self.group.name)]).assumeIsolated().whenComplete { result in
            self.take(result)
        }
    }

    private func take(_ result: Result<RESPValue, any Error>) {
        switch result {
        case .success(let reply):
            self.onEvent(.answered(SentinelAnswers.answer((reply.array ?? []).map { $0.string ?? "" })))
        case .failure(RedisError.server): self.onEvent(.answered(nil))
        case .failure: return
        }
        self.poll = self.settings.eventLoop.scheduleTask(in: Self.interval.jittered, self.onLoop { $0.ask() })
    }

    private func connect() {
        let settings = self.settings
        RedisCommandConnection.connect(
            to: self.sentinel, on: settings.eventLoop, timeouts: settings.timeouts, isSentinel: true,
            logger: settings.logger
        ).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let connection): self.open(connection)
            case .failure(let error): if self.link.failed() == .wait { self.wait("\(error)") }
            }
        }
    }

    private func open(_ connection: RedisCommandConnection) {
        guard self.link.connected() == .nothing else { return connection.close() }
        self.commands = connection
        self.backoff.reset()
        connection.closeFuture.assumeIsolated().whenComplete { result in
            self.commands = nil
            self.subscription?.close()
            self.subscription = nil
            let reason = (try? result.get())?.description ?? "the connection was closed"
            if self.link.closed() == .tellLossAndWait { self.wait(reason) }
        }
        self.ask()
        self.listen()
    }

    /// Without it, what has moved is noticed by asking.
    private func listen() {
        let settings = self.settings
        let listener = SentinelListener(
            group: Array(self.group.name.utf8), NIOLoopBound(self, eventLoop: settings.eventLoop))
        RedisSubscriptionConnection.connect(
            to: self.sentinel, on: settings.eventLoop, timeouts: settings.timeouts, logger: settings.logger,
            delegate: listener
        ).assumeIsolated().whenSuccess { connection in
            guard self.commands != nil else { return connection.close() }
            self.subscription = connection
            connection.subscribe([Self.channel])
        }
    }

    fileprivate func moved() { self.onEvent(.moved) }

    private func wait(_ reason: String) {
        self.onEvent(.lost(reason))
        self.settings.eventLoop.scheduleTask(
            in: self.backoff.next(), self.onLoop { if $0.link.elapsed() == .connect { $0.connect() } })
    }

    private func onLoop(_ body: @escaping @Sendable (SentinelLink) -> Void) -> @Sendable () -> Void {
        let bound = NIOLoopBound(self, eventLoop: self.settings.eventLoop)
        return { body(bound.value) }
    }
}

/// Hands on that the primary has moved.
private final class SentinelListener: RedisSubscriptionDelegate {
    private let group: [UInt8]
    private let link: NIOLoopBound<SentinelLink>

    init(group: [UInt8], _ link: NIOLoopBound<SentinelLink>) {
        self.group = group
        self.link = link
    }

    /// `NAME OLDIP OLDPORT NEWIP NEWPORT`.
    func received(message: [UInt8], on channel: [UInt8]) {
        if message.prefix(while: { $0 != 0x20 }).elementsEqual(self.group) { self.link.value.moved() }
    }

    func subscribed(_ channel: [UInt8]) { self.link.value.moved() }
    func unsubscribed(_ channel: [UInt8]) {}
    func passedOver(on channel: [UInt8]) {}
    func receivedAll() {}
    func closed(_ error: RedisError?) {}
}
