import HubCore
import Logging
import NIOCore
import RedisWire

/// Calls the scripts, on the connection for commands that there is. Confined to the bus's loop.
final class ScriptCaller {
    private let settings: RedisBusSettings
    private let commands: CommandLink
    private let publishing: PublishLink
    private let history: BusHistory
    private let health: BusHealth
    private let publishes: RetryLine
    private let waiting = WaitingCalls()

    init(
        _ settings: RedisBusSettings, _ commands: CommandLink, _ publishing: PublishLink, _ history: BusHistory,
        _ health: BusHealth
    ) {
        self.settings = settings
        self.publishes = RetryLine(self.waiting, on: settings.eventLoop)
        self.commands = commands
        self.publishing = publishing
        self.history = history
        self.health = health
    }

    /// Calls a script.
    /// - Parameters:
    ///   - keys: The keys that it may touch, without those that are common to all.
    /// - Returns: Its reply; or at once `BusError.unavailable` if there is no connection.
    func call(
        _ script: HubScript, _ keys: [RedisArgument], _ arguments: [RedisArgument]
    ) -> EventLoopFuture<ScriptReply> {
        guard let scripts = self.isConfirmed(script) ? self.publishing.scripts : self.commands.scripts else {
            let error: any Error =
                self.commands.isMoving ? BeingMoved() : BusError.unavailable(reason: self.health.whyClosed)
            return self.settings.eventLoop.makeFailedFuture(error)
        }
        return self.call(script, keys, arguments, with: scripts)
    }

    /// Calls a script on a certain connection, and takes in the position that its reply tells.
    func call(
        _ script: HubScript, _ keys: [RedisArgument], _ arguments: [RedisArgument], with scripts: LoadedScripts
    ) -> EventLoopFuture<ScriptReply> {
        let all = self.history.arguments + arguments
        return scripts.run(script, keys: self.settings.names.common + keys, all).assumeIsolated().flatMapThrowing {
            value in
            let reply = try ScriptReply(value)
            self.history.take(reply.position)
            return reply
        }.flatMap { reply in
            guard self.isConfirmed(script) else { return self.settings.eventLoop.makeSucceededFuture(reply) }
            return self.publishing.confirm(on: scripts.connection).map { reply }
        }.flatMapErrorThrowing { error in
            self.takeHint(error, from: scripts)
            throw error
        }.nonisolated()
    }

    /// Whether replicas are to confirm what it does.
    private func isConfirmed(_ script: HubScript) -> Bool {
        script == .publish && self.settings.confirmingReplicas > 0
    }

    /// Servers of a cluster say that another one may be in charge.
    private func takeHint(_ error: any Error, from scripts: LoadedScripts) {
        guard case .server(let message)? = error as? RedisError, let code = (error as? RedisError)?.serverCode else {
            return
        }
        if code == "MOVED" {
            let isPublishing = self.publishing.scripts?.connection === scripts.connection
            self.commands.move(from: isPublishing ? self.commands.scripts ?? scripts : scripts, message)
            if isPublishing || self.commands.isMoving { self.publishing.leave() }
        }
        if code == "CLUSTERDOWN" || code == "READONLY" { self.commands.doubt() }
    }

    /// Calls a script for whoever uses the bus.
    /// - Parameters:
    ///   - keys: The keys that it may touch, without those that are common to all.
    ///   - isWrite: Whether it changes anything, so that the outcome of a call without a reply is unknown.
    ///   - read: Reads the reply.
    /// - Returns: What was read; fails with a `BusError`.
    func call<Value: Sendable>(
        _ script: HubScript, _ keys: [RedisArgument], _ arguments: [RedisArgument], isWrite: Bool = false,
        _ read: @escaping (ScriptReply) throws(MalformedMessage) -> Value
    ) -> EventLoopFuture<Value> {
        let patience = CallPatience(keys + arguments, until: .now() + self.settings.timeouts.command)
        return self.callPatiently(script, keys, arguments, patience).assumeIsolated().flatMapThrowing { reply in
            try read(reply)
        }.flatMapErrorThrowing { error in
            throw self.busError(error, isWrite: isWrite)
        }.nonisolated()
    }

    /// Calls a script, and again while servers of a cluster refuse it only for now: nothing was done then. Publishes keep their order,
    /// all else waits for itself alone.
    private func callPatiently(
        _ script: HubScript, _ keys: [RedisArgument], _ arguments: [RedisArgument], _ patience: CallPatience
    ) -> EventLoopFuture<ScriptReply> {
        let loop = self.settings.eventLoop
        let promise = loop.makePromise(of: ScriptReply.self)
        let line = script == .publish ? self.publishes : RetryLine(self.waiting, on: loop)
        line.take(RetryLine.Call(patience, promise) { self.call(script, keys, arguments) })
        return promise.futureResult
    }

    private func busError(_ error: any Error, isWrite: Bool) -> BusError {
        if error is BeingMoved { return .unavailable(reason: "another server of Redis is about to be connected to") }
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
