public import Logging
public import NIOCore

/// A connection that pipelines commands. Usable from any thread.
///
/// Replies come in the order of the commands. Commands that are sent in one tick of the event loop leave in one write.
public final class RedisCommandConnection: Sendable {
    private let channel: any Channel

    init(channel: any Channel) {
        self.channel = channel
    }

    /// Opens a connection: TLS, authentication, database and name included.
    /// - Parameters:
    ///   - endpoint: Where to.
    ///   - eventLoop: The loop that it lives on; one of a `MultiThreadedEventLoopGroup`.
    ///   - timeouts: How long to wait.
    ///   - logger: Told at debug level.
    /// - Returns: The connection, ready for commands; or `RedisError.connectFailed`.
    public static func connect(
        to endpoint: RedisEndpoint, on eventLoop: any EventLoop, timeouts: RedisTimeouts, logger: Logger
    ) -> EventLoopFuture<RedisCommandConnection> {
        eventLoop.makeFailedFuture(RedisError.connectFailed("not built yet"))
    }

    /// The loop on which this connection lives; futures complete there.
    public var eventLoop: any EventLoop { self.channel.eventLoop }

    /// Whether commands can be sent now.
    public var isOpen: Bool { self.channel.isActive }

    /// Completes once the connection is closed, with the error that closed it; `nil` after `close()`.
    public var closeFuture: EventLoopFuture<RedisError?> {
        self.channel.closeFuture.map { nil }
    }

    /// Sends a command.
    /// - Parameter arguments: The command's name and its arguments.
    /// - Returns: The reply; or a `RedisError`: `.server` for an error reply, `.notSent` if it can't have been executed,
    ///   `.outcomeUnknown` if it was written and the connection was lost, or the command time-out passed, before the
    ///   reply. A time-out closes the connection, since the order of replies can no longer be trusted.
    public func send(_ arguments: [RedisArgument]) -> EventLoopFuture<RESPValue> {
        self.eventLoop.makeFailedFuture(RedisError.notSent("not built yet"))
    }

    /// Closes the connection. Commands under way fail.
    public func close() {
        self.channel.close(promise: nil)
    }
}
