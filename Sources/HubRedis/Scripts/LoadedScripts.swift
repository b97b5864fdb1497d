import NIOCore
import RedisWire

/// A connection for commands together with the names under which Redis knows the scripts there.
struct LoadedScripts: Sendable {
    let connection: RedisCommandConnection
    /// Whether the scripts publish on the channels of a cluster's shards.
    let isSharded: Bool

    private let digests: [HubScript: String]

    /// Loads all scripts.
    /// - Parameter isSharded: Whether they are to publish on the channels of a cluster's shards.
    static func load(into connection: RedisCommandConnection, isSharded: Bool) -> EventLoopFuture<LoadedScripts> {
        let loads = HubScript.allCases.map { script in
            Self.load(script, into: connection, isSharded: isSharded).map { (script, $0) }
        }
        return EventLoopFuture.whenAllSucceed(loads, on: connection.eventLoop).map { pairs in
            LoadedScripts(
                connection: connection, isSharded: isSharded, digests: Dictionary(uniqueKeysWithValues: pairs))
        }
    }

    /// Runs a script, and loads it again if Redis has forgotten it: then it has not been executed.
    /// - Parameters:
    ///   - script: The script.
    ///   - keys: Every key that it may touch, the partition's common ones first.
    ///   - arguments: Its `ARGV`.
    func run(
        _ script: HubScript, keys: [RedisArgument], _ arguments: [RedisArgument]
    ) -> EventLoopFuture<RESPValue> {
        let connection = self.connection
        let command: [RedisArgument] = [
            "EVALSHA", .string(self.digests[script] ?? ""), RedisArgument(keys.count),
        ]
        let whole = command + keys + arguments
        return connection.send(whole).flatMapError { error in
            guard (error as? RedisError)?.serverCode == "NOSCRIPT" else {
                return connection.eventLoop.makeFailedFuture(error)
            }
            return Self.load(script, into: connection, isSharded: self.isSharded).flatMap { _ in connection.send(whole)
            }
        }
    }

    private static func load(
        _ script: HubScript, into connection: RedisCommandConnection, isSharded: Bool
    ) -> EventLoopFuture<String> {
        connection.send(["SCRIPT", "LOAD", .bytes(script.source(isSharded: isSharded))]).flatMapThrowing { reply in
            guard let digest = reply.string else { throw MalformedMessage("without a digest") }
            return digest
        }
    }
}
