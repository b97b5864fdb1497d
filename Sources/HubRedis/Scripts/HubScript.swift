import NIOCore
import RedisWire

/// The scripts that run inside Redis: everything that must happen in one step.
enum HubScript: CaseIterable {
    case hello, publish, read, probe, rotate, delete, retire, topics, revoke, revoked

    /// What every script begins with.
    static var foundation: [UInt8] {
        PackageResources.offsets_lua + PackageResources.writing_lua + PackageResources.reigns_lua
            + PackageResources.state_lua
    }

    /// The Lua source: what every script begins with, then what this one does.
    var source: [UInt8] {
        switch self {
        case .hello: Self.run(PackageResources.hello_lua, after: PackageResources.server_lua)
        case .publish:
            Self.run(
                PackageResources.publish_lua,
                after: PackageResources.server_lua + PackageResources.retirement_lua + PackageResources.log_lua)
        case .read:
            Self.run(PackageResources.read_lua, after: PackageResources.server_lua + PackageResources.traces_lua)
        case .probe: Self.run(PackageResources.probe_lua, after: PackageResources.server_lua)
        case .rotate: Self.run(PackageResources.rotate_lua)
        case .delete: Self.run(PackageResources.delete_lua, after: PackageResources.traces_lua)
        case .retire: Self.run(PackageResources.retire_lua, after: PackageResources.retirement_lua)
        case .topics: Self.run(PackageResources.topics_lua)
        case .revoke: Self.run(PackageResources.revoke_lua)
        case .revoked: Self.run(PackageResources.revoked_lua)
        }
    }

    /// `finish` tells an error before the first write from one after it.
    private static func run(_ script: [UInt8], after library: [UInt8] = []) -> [UInt8] {
        Self.foundation + library
            + Array("local function main()\n".utf8) + script + Array("end\nreturn finish(KEYS[1], main)\n".utf8)
    }
}

/// A connection for commands together with the names under which Redis knows the scripts there.
struct LoadedScripts: Sendable {
    let connection: RedisCommandConnection

    private let digests: [HubScript: String]

    /// Loads all scripts.
    static func load(into connection: RedisCommandConnection) -> EventLoopFuture<LoadedScripts> {
        let loads = HubScript.allCases.map { script in
            Self.load(script, into: connection).map { (script, $0) }
        }
        return EventLoopFuture.whenAllSucceed(loads, on: connection.eventLoop).map { pairs in
            LoadedScripts(connection: connection, digests: Dictionary(uniqueKeysWithValues: pairs))
        }
    }

    /// Runs a script, and loads it again if Redis has forgotten it: then it has not been executed.
    /// - Parameters:
    ///   - script: The script.
    ///   - key: The one key.
    ///   - arguments: Its `ARGV`.
    func run(_ script: HubScript, key: String, _ arguments: [RedisArgument]) -> EventLoopFuture<RESPValue> {
        let connection = self.connection
        let command: [RedisArgument] = [
            "EVALSHA", .string(self.digests[script] ?? ""), "1", .string(key),
        ]
        return connection.send(command + arguments).flatMapError { error in
            guard (error as? RedisError)?.serverCode == "NOSCRIPT" else {
                return connection.eventLoop.makeFailedFuture(error)
            }
            return Self.load(script, into: connection).flatMap { _ in connection.send(command + arguments) }
        }
    }

    private static func load(
        _ script: HubScript, into connection: RedisCommandConnection
    ) -> EventLoopFuture<String> {
        connection.send(["SCRIPT", "LOAD", .bytes(script.source)]).flatMapThrowing { reply in
            guard let digest = reply.string else { throw MalformedMessage("without a digest") }
            return digest
        }
    }
}
