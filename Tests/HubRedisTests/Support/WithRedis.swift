import RedisWire
import TestSupport

extension RedisServer {
    /// The endpoint of its Unix socket.
    var endpoint: RedisEndpoint {
        get throws { try RedisEndpoint(self.socketURL) }
    }

    /// What redis-cli prints for FCALL hub_publish.
    func publish(_ arguments: String..., options: [String] = []) throws -> String {
        try self.cli(options + ["FCALL", "hub_publish", "1", "hub:{0}"] + arguments)
    }

    func functionsAreLoaded() async throws {
        try await eventually("the library is there") { try self.cli("FUNCTION", "LIST").contains("hub_publish") }
    }
}

/// Runs a test with a server that is gone afterwards, whatever happens.
func withRedis<Value>(
    _ configuration: [String] = [], _ body: (RedisServer) async throws -> Value
) async throws -> Value {
    let server = try RedisServer(configuration)
    defer { server.stop() }
    try await server.start()
    return try await body(server)
}
