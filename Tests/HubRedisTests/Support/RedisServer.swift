import Foundation
import RedisWire
import TestSupport

/// A real redis-server in a directory of its own, on a Unix socket; ended, and its directory removed, by `stop`.
final class RedisServer: @unchecked Sendable {
    // Sendable without a check: a test uses its server from one task at a time.
    let directory: URL
    private let arguments: [String]
    private var process: ChildProcess?

    init(_ arguments: [String] = []) throws {
        self.directory = URL(fileURLWithPath: "/tmp/hub-redis-\(UInt32.random(in: .min ... .max))")
        self.arguments = arguments
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
    }

    var socket: String { self.directory.appendingPathComponent("s").path }

    var endpoint: RedisEndpoint {
        get throws { try RedisEndpoint("unix://\(self.socket)") }
    }

    /// Starts the server, with what an earlier run has left, and waits until it answers.
    func start() async throws {
        let command =
            [
                "redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.directory.path, "--save", "",
                "--logfile", self.directory.appendingPathComponent("log").path, "--enable-debug-command", "yes",
            ] + self.arguments
        self.process = try await ChildProcess.start(command, output: "/dev/null")
        try await eventually("redis-server answers") { (try? self.cli("PING")) == "PONG" }
    }

    /// Ends the server as a crash would.
    func kill() {
        self.process?.end()
        self.process = nil
    }

    func stop() {
        self.kill()
        try? FileManager.default.removeItem(at: self.directory)
    }

    func signal(_ number: Int32) {
        self.process?.signal(number)
    }

    /// What redis-cli prints for a command.
    @discardableResult
    func cli(_ arguments: String...) throws -> String {
        try self.cli(arguments)
    }

    /// What redis-cli prints for a command, which it gives its standard input.
    @discardableResult
    func cli(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let (_, output) = try ChildProcess.run(["redis-cli", "-s", self.socket] + arguments, input: input)
        return output.trimmingCharacters(in: .newlines)
    }
}

extension RedisServer {
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
    _ arguments: [String] = [], _ body: (RedisServer) async throws -> Value
) async throws -> Value {
    let server = try RedisServer(arguments)
    defer { server.stop() }
    try await server.start()
    return try await body(server)
}
