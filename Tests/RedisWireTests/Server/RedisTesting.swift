import Logging
import NIOCore
import NIOPosix
import RedisWire

extension RedisCommandConnection {
    /// Connects, on a loop of the process.
    static func connect(
        _ endpoint: RedisEndpoint, timeouts: RedisTimeouts = .patient()
    ) async throws -> RedisCommandConnection {
        try await self.connect(
            to: endpoint, on: MultiThreadedEventLoopGroup.singleton.next(), timeouts: timeouts, logger: .silent
        ).get()
    }

    /// Sends a command and waits for its outcome.
    func call(_ arguments: RedisArgument...) async throws -> RESPValue {
        try await self.send(arguments).get()
    }

    /// Sends a command and waits for its failure; nil if it worked.
    func failure(of arguments: RedisArgument...) async -> RedisError? {
        await self.send(arguments).failure()
    }
}

extension RedisSubscriptionConnection {
    /// Connects, on a loop of the process.
    static func connect(
        _ endpoint: RedisEndpoint, _ delegate: any RedisSubscriptionDelegate,
        timeouts: RedisTimeouts = .patient()
    ) async throws -> RedisSubscriptionConnection {
        try await self.connect(
            to: endpoint, on: MultiThreadedEventLoopGroup.singleton.next(), timeouts: timeouts, logger: .silent,
            delegate: delegate
        ).get()
    }
}

extension EventLoopFuture where Value: Sendable {
    /// Waits; the `RedisError` with which it failed, or nil.
    func failure() async -> RedisError? {
        do {
            _ = try await self.get()
            return nil
        } catch {
            return error as? RedisError
        }
    }
}

extension Logger {
    /// Logs nothing.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

extension RedisTimeouts {
    /// Time-outs for a machine that is busy with other things, but for what a test is about.
    static func patient(
        connect: TimeAmount = .seconds(20), command: TimeAmount = .seconds(20), liveness: TimeAmount = .seconds(20)
    ) -> RedisTimeouts {
        RedisTimeouts(connect: connect, command: command, liveness: liveness)
    }
}
