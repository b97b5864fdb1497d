import HubCore
import NIOCore
import RedisWire

extension RedisMember {
    /// Runs a script on the connection that there is.
    /// - Returns: Its answer; or at once `BusError.unavailable` if there is no connection.
    func run(_ script: HubScript, _ arguments: [RedisArgument]) -> EventLoopFuture<ScriptReply> {
        guard let scripts = self.commands.scripts else {
            return self.settings.eventLoop.makeFailedFuture(BusError.unavailable(reason: self.whyClosed))
        }
        return self.run(script, arguments, with: scripts)
    }

    /// Runs a script, and notes the place that its answer tells.
    func run(
        _ script: HubScript, _ arguments: [RedisArgument], with scripts: LoadedScripts
    ) -> EventLoopFuture<ScriptReply> {
        let key = self.settings.names.key
        return scripts.run(script, key: key, self.caller + arguments).assumeIsolated().flatMapThrowing { value in
            let reply = try ScriptReply(value)
            self.note(reply.place)
            return reply
        }.nonisolated()
    }

    /// What every call begins with: epoch and highest offset that were seen, and entropy for an epoch that may begin.
    private var caller: [RedisArgument] {
        let entropy = String(UInt16.random(in: 0x1000...0x1FFF), radix: 16).dropFirst()
        guard let place = self.seen.place else { return ["", "0", "0", .string(String(entropy))] }
        return [
            .string(place.epoch.description), RedisArgument(place.offset.milliseconds),
            RedisArgument(place.offset.sequence), .string(String(entropy)),
        ]
    }

    private var whyClosed: String {
        guard case .notReady(let reason) = self.readiness.status else { return "Redis is not connected" }
        return reason
    }
}
