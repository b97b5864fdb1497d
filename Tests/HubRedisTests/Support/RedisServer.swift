import Foundation
import RedisWire

/// A real redis-server in a directory of its own, on a Unix socket; ended, and its directory removed, by `stop`.
final class RedisServer: @unchecked Sendable {
    // Sendable without a check: a test uses its server from one task at a time.
    let directory: URL
    private let arguments: [String]
    private var process: Process?

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
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.directory.path, "--save", "",
                "--logfile", self.directory.appendingPathComponent("log").path, "--enable-debug-command", "yes",
            ] + self.arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
        try await eventually("redis-server answers") { (try? self.cli("PING")) == "PONG" }
    }

    /// Ends the server as a crash would.
    func kill() {
        self.signal(SIGCONT)
        self.signal(SIGKILL)
        self.process?.waitUntilExit()
        self.process = nil
    }

    func stop() {
        self.kill()
        try? FileManager.default.removeItem(at: self.directory)
    }

    func signal(_ number: Int32) {
        guard let process = self.process, process.isRunning else { return }
        _ = Foundation.kill(process.processIdentifier, number)
    }

    /// What redis-cli prints for a command.
    @discardableResult
    func cli(_ arguments: String...) throws -> String {
        try self.cli(arguments)
    }

    /// What redis-cli prints for a command, which it gives its standard input.
    @discardableResult
    func cli(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let process = Process()
        let (standardInput, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["redis-cli", "-s", self.socket] + arguments
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: input)
        try standardInput.fileHandleForWriting.close()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
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
