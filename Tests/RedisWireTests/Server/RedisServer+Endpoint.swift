import Foundation
import RedisWire
import TestSupport

extension RedisServer {
    /// A server that answers already, and keeps every acknowledged write.
    /// - Parameters:
    ///   - tcp: Whether it listens on a TCP port of 127.0.0.1 too, which the system picks.
    ///   - configuration: Lines for redis.conf; `DIR` in them stands for the server's directory.
    ///   - prepare: Is given the directory before the start.
    static func started(
        tcp: Bool = false, configuration: [String] = [], prepare: (URL) throws -> Void = { _ in }
    ) async throws -> RedisServer {
        let server = try RedisServer(port: tcp ? await FreePort.find() : 0, ["appendonly yes"] + configuration)
        try prepare(server.directory)
        try await server.start()
        return server
    }

    /// The endpoint of its Unix socket.
    var endpoint: RedisEndpoint {
        get throws { try RedisEndpoint(self.socketURL) }
    }
}
