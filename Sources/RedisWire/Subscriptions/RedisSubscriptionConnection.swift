public import Logging
public import NIOCore

/// A connection that subscribes to channels. Usable from any thread.
///
/// It never stops reading: a delegate that can't keep up must drop, since Redis closes slow subscribers.
public final class RedisSubscriptionConnection: Sendable {
    /// The loop on which this connection lives and its delegate is called.
    public let eventLoop: any EventLoop

    /// Completes once the connection is closed, with the error that closed it; `nil` after `close()`.
    public let closeFuture: EventLoopFuture<RedisError?>

    private let session: NIOLoopBound<SubscriptionSession>
    private let flag: OpenFlag

    private init(_ session: NIOLoopBound<SubscriptionSession>) {
        self.closeFuture = session.value.closed.futureResult
        self.eventLoop = self.closeFuture.eventLoop
        self.session = session
        self.flag = session.value.flag
    }

    /// Opens a connection: TLS, authentication and name included. The database doesn't matter to channels.
    /// - Parameters:
    ///   - endpoint: Where to.
    ///   - kind: Which channels.
    ///   - eventLoop: The loop that it lives on; one of a `MultiThreadedEventLoopGroup`.
    ///   - timeouts: How long to wait.
    ///   - limits: What a message may cost.
    ///   - logger: Told at debug level.
    ///   - delegate: Is told what happens once the connection is open; kept until it is closed.
    /// - Returns: The connection; or `RedisError.connectFailed`, and then the delegate is told nothing.
    public static func connect(
        to endpoint: RedisEndpoint, kind: ChannelKind = .plain, on eventLoop: any EventLoop,
        timeouts: RedisTimeouts = RedisTimeouts(),
        limits: RESPLimits = RESPLimits(), logger: Logger, delegate: any RedisSubscriptionDelegate
    ) -> EventLoopFuture<RedisSubscriptionConnection> {
        let connector = RedisConnector(
            endpoint: endpoint, timeouts: timeouts, limits: limits,
            handshake: RedisHandshake(endpoint: endpoint, name: "hub-subscriptions"), logger: logger)
        return connector.connect(on: eventLoop) {
            SubscriptionSession(
                kind, timeout: timeouts.liveness, delegate: delegate, closed: eventLoop.makePromise())
        }.map { RedisSubscriptionConnection($0) }
    }

    /// Whether the connection is open.
    public var isOpen: Bool { self.flag.isOpen }

    /// Subscribes to channels; those already asked for are left as they are.
    /// - Parameter channels: The channels' names. Each is acknowledged with the delegate's `subscribed`.
    public func subscribe(_ channels: [[UInt8]]) {
        self.onLoop { $0.subscribe(channels) }
    }

    /// Ends subscriptions. From now on no message of these channels is handed over.
    /// - Parameter channels: The channels' names. Each is acknowledged with the delegate's `unsubscribed`, unless it is
    ///   subscribed again before.
    public func unsubscribe(_ channels: [[UInt8]]) {
        self.onLoop { $0.unsubscribe(channels) }
    }

    /// Asks the server for a sign of life now; if nothing arrives within half the liveness time-out, it closes.
    public func ping() {
        self.onLoop { $0.ping() }
    }

    /// Closes the connection.
    public func close() {
        self.onLoop { $0.close(nil) }
    }

    private func onLoop(_ body: @escaping @Sendable (SubscriptionSession) -> Void) {
        guard !self.eventLoop.inEventLoop else { return body(self.session.value) }
        self.eventLoop.execute { body(self.session.value) }
    }
}

/// Is told what happens on a subscription connection, always on its event loop, in the order in which it happened.
public protocol RedisSubscriptionDelegate: AnyObject, Sendable {
    /// Redis acknowledged the latest `subscribe`: every message published from now on will be received.
    func subscribed(_ channel: [UInt8])

    /// Redis acknowledged the latest `unsubscribe`.
    func unsubscribed(_ channel: [UInt8])

    /// A message came, on a channel whose subscription is acknowledged.
    /// - Parameters:
    ///   - message: Its bytes.
    ///   - channel: The channel's name.
    func received(message: [UInt8], on channel: [UInt8])

    /// A message came that is longer than `RESPLimits.stringBytes`, and was not kept.
    /// - Parameter channel: The channel's name.
    func passedOver(on channel: [UInt8])

    /// All messages that had arrived are handed over; called only after at least one `received(message:on:)`.
    func receivedAll()

    /// The connection is closed, and nothing more will be told; called exactly once.
    /// - Parameter error: Why; `nil` after `close()`.
    func closed(_ error: RedisError?)
}
