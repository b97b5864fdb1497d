import Foundation
import Synchronization
import TestSupport

/// A real redis-server, and the things that happen to one.
final class RedisServer: Sendable {
    /// What survives a crash.
    enum Persistence: Sendable {
        case nothing
        /// Every acknowledged write.
        case everyWrite
        /// What was there at the last ``save()``.
        case savedDump

        fileprivate var arguments: [String] {
            switch self {
            case .nothing: ["--save", "", "--appendonly", "no"]
            case .everyWrite: ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
            case .savedDump: ["--save", "", "--appendonly", "no", "--dbfilename", "dump.rdb"]
            }
        }
    }

    let port: Int
    private let directory: TestDirectory
    private let name: String
    private let arguments: [String]
    private let process = Mutex<ChildProcess?>(nil)
    /// Where it listens, which a promotion changes.
    private let currentPort: Mutex<Int>

    init(in directory: TestDirectory, name: String = "redis", persistence: Persistence, _ more: [String] = [])
        async throws
    {
        self.directory = directory
        self.name = name
        self.port = try await FreePort.find()
        self.currentPort = Mutex(self.port)
        self.arguments = persistence.arguments + more
        try FileManager.default.createDirectory(atPath: directory.file(name), withIntermediateDirectories: true)
    }

    var url: String { "redis://127.0.0.1:\(self.port)" }

    /// Starts it with the data that are there, and waits until it answers.
    func start() async throws {
        let data = self.directory.file(self.name)
        let command = ["redis-server", "--port", "\(self.port)", "--bind", "127.0.0.1", "--dir", data] + self.arguments
        let process = try await ChildProcess.start(command, output: self.directory.file("\(self.name).log"))
        self.process.withLock { $0 = process }
        try await waitUntil("redis-server answers on port \(self.port)") { try await self.cli("PING") == "PONG" }
    }

    /// What a crash of the process does: no farewell, nothing saved.
    func crash() async { await self.process.withLock { $0 }?.kill() }

    /// Forgets all data. It must not be running.
    func wipe() throws {
        let data = self.directory.file(self.name)
        try FileManager.default.removeItem(atPath: data)
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    }

    /// Saves a dump, which a later ``start()`` begins with.
    func save() async throws { _ = try await self.cli("SAVE") }

    /// Stops the process as a hung machine would: connections stay open, nothing is answered.
    func suspend() { self.process.withLock { $0 }?.signal(SIGSTOP) }

    func resume() { self.process.withLock { $0 }?.signal(SIGCONT) }

    /// How many bytes the kernel holds for it that it has not read.
    func unreadByteCount() async throws -> Int {
        let port = String(self.currentPort.withLock { $0 }, radix: 16, uppercase: true)
        let lines = try await self.run(["grep", "^ *[0-9]*: [0-9A-F]*:\(port) ", "/proc/net/tcp"])
        return lines.split(separator: "\n").reduce(0) { sum, line in
            let fields = line.split(separator: " ")
            guard fields.count > 4 else { return sum }
            return sum + (fields[4].split(separator: ":").last.flatMap { Int($0, radix: 16) } ?? 0)
        }
    }

    /// Takes over the port of another server that has crashed, as the name of a promoted replica would.
    func takeOver(_ other: RedisServer) async throws {
        _ = try await self.cli("CONFIG", "SET", "port", "\(other.port)")
        self.currentPort.withLock { $0 = other.port }
    }

    /// Runs a command with redis-cli.
    /// - Returns: The reply as redis-cli prints it, without the line feed at its end.
    @discardableResult
    func cli(_ arguments: String...) async throws -> String {
        let port = self.currentPort.withLock { $0 }
        return try await self.run(["redis-cli", "-p", "\(port)"] + arguments)
    }

    private func run(_ command: [String]) async throws -> String {
        let output = self.directory.file("output-\(UInt64.random(in: 0 ... .max))")
        defer { try? FileManager.default.removeItem(atPath: output) }
        let process = try await ChildProcess.start(command, output: output)
        _ = try await process.wait()
        return process.text.trimmingCharacters(in: .newlines)
    }
}
