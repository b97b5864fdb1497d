public import Logging
public import NIOCore

/// A connection that subscribes to channels. Usable from any thread.
///
/// It never stops reading: a delegate that can't keep up must drop, since Redis closes slow subscribers.
public final class RedisSubscriptionConnection: Sendable {
    private let channel: any Channel

    init(channel: any Channel) {
        self.channel = channel
    }

    /// Opens a connection: TLS, authentication and name included.
    /// - Parameters:
    ///   - endpoint: Where to.
    ///   - eventLoop: The loop that it lives on; one of a `MultiThreadedEventLoopGroup`.
    ///   - timeouts: How long to wait.
    ///   - logger: Told at debug level.
    ///   - delegate: Is told what happens once the connection is open; kept until it is closed.
    /// - Returns: The connection; or `RedisError.connectFailed`, and then the delegate is told nothing.
    public static func connect(
        to endpoint: RedisEndpoint, on eventLoop: any EventLoop, timeouts: RedisTimeouts, logger: Logger,
        delegate: any RedisSubscriptionDelegate
    ) -> EventLoopFuture<RedisSubscriptionConnection> {
        eventLoop.makeFailedFuture(RedisError.connectFailed("not built yet"))
    }

    /// The loop on which this connection lives and its delegate is called.
    public var eventLoop: any EventLoop { self.channel.eventLoop }

    /// Whether the connection is open.
    public var isOpen: Bool { self.channel.isActive }

    /// Completes once the connection is closed, with the error that closed it; `nil` after `close()`.
    public var closeFuture: EventLoopFuture<RedisError?> {
        self.channel.closeFuture.map { nil }
    }

    /// Subscribes to channels; those already asked for are left as they are.
    /// - Parameter channels: The channels' names. Each is acknowledged with the delegate's `subscribed`.
    public func subscribe(_ channels: [[UInt8]]) {}

    /// Ends subscriptions. From now on no message of these channels is handed over.
    /// - Parameter channels: The channels' names. Each is acknowledged with the delegate's `unsubscribed`.
    public func unsubscribe(_ channels: [[UInt8]]) {}

    /// Asks the server for a sign of life now; if nothing arrives within half the liveness time-out, it closes.
    public func ping() {}

    /// Closes the connection.
    public func close() {
        self.channel.close(promise: nil)
    }
}
