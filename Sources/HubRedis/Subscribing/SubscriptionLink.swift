import Logging
import NIOCore
import RedisWire

/// Keeps the connection for subscriptions, and on it all channels that are wanted. Confined to its loop.
final class SubscriptionLink {
    /// What happens on the connection, in order.
    enum Event {
        case opened
        case subscribed([UInt8])
        case message([UInt8], channel: [UInt8])
        case passedOver([UInt8])
        case receivedAll
        case lost(any Error)
        case failed(any Error)
    }

    private var prepare: (() -> EventLoopFuture<(endpoint: RedisEndpoint, channels: ChannelKind)>)?
    private var onEvent: ((Event) -> Void)?

    private let settings: RedisBusSettings
    private var link = ReconnectingLink()
    private var backoff = RedisBackoff(maximum: .milliseconds(500))
    private var connection: RedisSubscriptionConnection?
    private var wanted: Set<[UInt8]> = []
    private var acknowledged: Set<[UInt8]> = []
    /// Which attempt counts.
    private var attempt = 0

    init(_ settings: RedisBusSettings) {
        self.settings = settings
    }

    /// Says who attends to the connection.
    /// - Parameters:
    ///   - prepare: Says where to connect to, once it makes sense, and which channels there are.
    ///   - onEvent: Gets what happens, in order.
    func attend(
        prepare: @escaping () -> EventLoopFuture<(endpoint: RedisEndpoint, channels: ChannelKind)>,
        onEvent: @escaping (Event) -> Void
    ) {
        self.prepare = prepare
        self.onEvent = onEvent
    }

    /// Begins, or does not wait any longer.
    func start() {
        self.perform(self.link.start())
        self.perform(self.link.elapsed())
    }

    func stop() {
        self.link.stop()
        self.connection?.close()
        self.connection = nil
        self.prepare = nil
        self.onEvent = nil
    }

    /// Gives up a connection on which nothing arrives, or that leads to another server.
    func drop() {
        self.connection?.close()
    }

    /// Another server is the one now: gives up the connection that there is, and the attempt that is under way.
    func redirect() {
        self.connection?.close()
        self.perform(self.link.redirected())
    }

    func subscribe(_ channels: [[UInt8]]) {
        self.wanted.formUnion(channels)
        self.connection?.subscribe(channels)
        for channel in channels where self.acknowledged.contains(channel) {
            self.onEvent?(.subscribed(channel))
        }
    }

    func unsubscribe(_ channel: [UInt8]) {
        self.wanted.remove(channel)
        self.acknowledged.remove(channel)
        self.connection?.unsubscribe([channel])
    }

    /// Whether Redis has acknowledged a channel on the connection that there is.
    func isAcknowledged(_ channel: [UInt8]) -> Bool {
        self.acknowledged.contains(channel)
    }

    private func perform(_ action: ReconnectingLink.Action, because error: (any Error)? = nil) {
        switch action {
        case .nothing, .close: break
        case .connect: self.connect()
        case .wait:
            if let error { self.onEvent?(.failed(error)) }
            self.wait()
        case .tellLossAndWait:
            self.onEvent?(.lost(error ?? RedisError.closed("the connection was closed")))
            self.wait()
        }
    }

    private func wait() {
        self.settings.eventLoop.assumeIsolated().scheduleTask(in: self.backoff.next()) {
            self.perform(self.link.elapsed())
        }
    }

    private func connect() {
        let settings = self.settings
        let stopped = RedisError.notSent("the bus is shut down")
        let prepared = self.prepare?() ?? settings.eventLoop.makeFailedFuture(stopped)
        self.attempt += 1
        let attempt = self.attempt
        let listener = SubscriptionListener(NIOLoopBound(self, eventLoop: settings.eventLoop), attempt)
        prepared.flatMap { endpoint, channels in
            RedisSubscriptionConnection.connect(
                to: endpoint, kind: channels, on: settings.eventLoop, timeouts: settings.timeouts,
                logger: settings.logger,
                delegate: listener)
        }.assumeIsolated().whenComplete { result in
            switch result {
            case .failure(let error): if attempt == self.attempt { self.perform(self.link.failed(), because: error) }
            case .success(let connection) where attempt == self.attempt: self.open(connection)
            case .success(let connection): connection.close()
            }
        }
    }

    private func open(_ connection: RedisSubscriptionConnection) {
        guard self.link.connected() == .nothing else { return connection.close() }
        self.connection = connection
        self.onEvent?(.opened)
        connection.subscribe(Array(self.wanted))
    }
}

extension SubscriptionLink {
    fileprivate func tell(_ event: Event, _ attempt: Int) {
        guard attempt == self.attempt else { return }
        self.onEvent?(event)
    }

    fileprivate func subscribed(_ channel: [UInt8], _ attempt: Int) {
        guard attempt == self.attempt, self.wanted.contains(channel) else { return }
        self.backoff.reset()
        self.acknowledged.insert(channel)
        self.onEvent?(.subscribed(channel))
    }

    fileprivate func closed(_ error: RedisError?, _ attempt: Int) {
        guard attempt == self.attempt else { return }
        self.connection = nil
        self.acknowledged = []
        self.perform(self.link.closed(), because: error)
    }
}

/// Hands on what a subscription connection tells, which is always told on the loop.
private final class SubscriptionListener: RedisSubscriptionDelegate {
    private let link: NIOLoopBound<SubscriptionLink>
    private let attempt: Int

    init(_ link: NIOLoopBound<SubscriptionLink>, _ attempt: Int) {
        self.link = link
        self.attempt = attempt
    }

    func subscribed(_ channel: [UInt8]) { self.link.value.subscribed(channel, self.attempt) }

    func unsubscribed(_ channel: [UInt8]) {}

    func received(message: [UInt8], on channel: [UInt8]) {
        self.link.value.tell(.message(message, channel: channel), self.attempt)
    }

    func passedOver(on channel: [UInt8]) { self.link.value.tell(.passedOver(channel), self.attempt) }

    func receivedAll() { self.link.value.tell(.receivedAll, self.attempt) }

    func closed(_ error: RedisError?) { self.link.value.closed(error, self.attempt) }
}
