public import Logging
public import NIOCore

/// A connection that pipelines commands. Usable from any thread.
///
/// Replies come in the order of the commands, and each is known to be its command's by an ECHO after it. Commands that are
/// sent in one tick of the event loop leave in one write.
public final class RedisCommandConnection: Sendable {
    /// The loop on which this connection lives; futures complete there.
    public let eventLoop: any EventLoop

    /// Completes once the connection is closed, with the error that closed it; `nil` after `close()`.
    public let closeFuture: EventLoopFuture<RedisError?>

    private let session: NIOLoopBound<CommandSession>
    private let flag: OpenFlag

    private init(_ session: NIOLoopBound<CommandSession>) {
        self.eventLoop = session.value.closed.futureResult.eventLoop
        self.session = session
        self.closeFuture = session.value.closed.futureResult
        self.flag = session.value.flag
    }

    /// Opens a connection: TLS, authentication, database and name included.
    /// - Parameters:
    ///   - endpoint: Where to.
    ///   - eventLoop: The loop that it lives on; one of a `MultiThreadedEventLoopGroup`.
    ///   - timeouts: How long to wait.
    ///   - limits: What a reply may cost.
    ///   - name: What `CLIENT LIST` is to show.
    ///   - isSentinel: Whether it is a sentinel, which knows fewer commands.
    ///   - logger: Told at debug level.
    /// - Returns: The connection, ready for commands; or `RedisError.connectFailed`.
    public static func connect(
        to endpoint: RedisEndpoint, on eventLoop: any EventLoop, timeouts: RedisTimeouts = RedisTimeouts(),
        limits: RESPLimits = RESPLimits(), name: String = "hub-commands", isSentinel: Bool = false, logger: Logger
    ) -> EventLoopFuture<RedisCommandConnection> {
        let connector = RedisConnector(
            endpoint: endpoint, timeouts: timeouts, limits: limits,
            handshake: RedisHandshake(endpoint: endpoint, name: name, echoes: !isSentinel), logger: logger)
        return connector.connect(on: eventLoop) {
            CommandSession(
                timeout: timeouts.command, limits: CommandLimits(), question: isSentinel ? .ping : .echo,
                closed: eventLoop.makePromise())
        }.map { RedisCommandConnection($0) }
    }

    /// Whether commands can be sent now.
    public var isOpen: Bool { self.flag.isOpen }

    /// Sends a command.
    /// - Parameter arguments: The command's name and its arguments.
    /// - Returns: The reply; or a `RedisError`: `.server` for an error reply, `.notSent` if it can't have been executed,
    ///   `.outcomeUnknown` if it was written and the connection was lost, or the command time-out passed, before the
    ///   reply. A time-out closes the connection, since the order of replies can no longer be trusted.
    public func send(_ arguments: [RedisArgument]) -> EventLoopFuture<RESPValue> {
        do throws(RedisError) {
            let frame = try RESPCommandEncoder.encode(arguments)
            let promise = self.eventLoop.makePromise(of: RESPValue.self)
            self.onLoop { $0.send(frame, promise) }
            return promise.futureResult
        } catch {
            return self.eventLoop.makeFailedFuture(error)
        }
    }

    /// Closes the connection. Commands under way fail as if it had been lost.
    public func close() {
        self.onLoop { $0.close(nil) }
    }

    private func onLoop(_ body: @escaping @Sendable (CommandSession) -> Void) {
        guard !self.eventLoop.inEventLoop else { return body(self.session.value) }
        self.eventLoop.execute { body(self.session.value) }
    }
}
