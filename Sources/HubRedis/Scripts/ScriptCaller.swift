import HubCore
import Logging
import NIOCore
import RedisWire

/// Calls the scripts, on the connection for commands that there is. Confined to the bus's loop.
final class ScriptCaller {
    private let settings: RedisBusSettings
    private let commands: CommandLink
    private let history: BusHistory
    private let health: BusHealth

    init(_ settings: RedisBusSettings, _ commands: CommandLink, _ history: BusHistory, _ health: BusHealth) {
        self.settings = settings
        self.commands = commands
        self.history = history
        self.health = health
    }

    /// Calls a script.
    /// - Returns: Its reply; or at once `BusError.unavailable` if there is no connection.
    func call(_ script: HubScript, _ arguments: [RedisArgument]) -> EventLoopFuture<ScriptReply> {
        guard let scripts = self.commands.scripts else {
            return self.settings.eventLoop.makeFailedFuture(BusError.unavailable(reason: self.health.whyClosed))
        }
        return self.call(script, arguments, with: scripts)
    }

    /// Calls a script on a certain connection, and takes in the position that its reply tells.
    func call(
        _ script: HubScript, _ arguments: [RedisArgument], with scripts: LoadedScripts
    ) -> EventLoopFuture<ScriptReply> {
        let all = self.history.arguments + arguments
        return scripts.run(script, key: self.settings.names.key, all).assumeIsolated().flatMapThrowing { value in
            let reply = try ScriptReply(value)
            self.history.take(reply.position)
            return reply
        }.nonisolated()
    }

    /// Calls a script for whoever uses the bus.
    /// - Parameters:
    ///   - isWrite: Whether it changes anything, so that the outcome of a call without a reply is unknown.
    ///   - read: Reads the reply.
    /// - Returns: What was read; fails with a `BusError`.
    func call<Value: Sendable>(
        _ script: HubScript, _ arguments: [RedisArgument], isWrite: Bool = false,
        _ read: @escaping (ScriptReply) throws(MalformedMessage) -> Value
    ) -> EventLoopFuture<Value> {
        self.call(script, arguments).assumeIsolated().flatMapThrowing { try read($0) }.flatMapErrorThrowing { error in
            throw self.busError(error, isWrite: isWrite)
        }.nonisolated()
    }

    private func busError(_ error: any Error, isWrite: Bool) -> BusError {
        if error is MalformedMessage {
            self.settings.logger.error("a reply of Redis is malformed", metadata: ["reply": "\(error)"])
        }
        if let error = error as? RedisError, case .server(let message) = error, error.refusesWork {
            self.noteRefusal(message)
        }
        return BusError(error, isWrite: isWrite)
    }

    /// Notes why the server refuses writes, or with `nil` that it takes them.
    func noteRefusal(_ refusal: String?) {
        let error = refusal.map { RedisError.server($0) }
        self.health.note(.refusesWrites, error?.refusal)
        if error?.isReplica == true { self.commands.drop() }
    }
}
