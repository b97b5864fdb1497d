public import Foundation
import Synchronization

/// A real Redis server in a directory of its own, on a Unix socket and maybe a port, and the things that happen to one. It dies
/// with the tests.
public final class RedisServer: Sendable {
    /// The directory with its configuration, data, log and socket.
    public let directory: URL
    /// Its TCP port; 0 if it listens on its Unix socket only.
    public let port: Int
    private let process = Mutex<ChildProcess?>(nil)
    /// Redis, or what `HUB_TEST_REDIS_SERVER` names: another version of it, or Valkey.
    private static let program = ProcessInfo.processInfo.environment["HUB_TEST_REDIS_SERVER"] ?? "redis-server"

    /// Makes a server, which is yet to be started.
    /// - Parameters:
    ///   - directory: Where it keeps what it has; a new one in `/tmp` if it is `nil`.
    ///   - port: The TCP port of 127.0.0.1 on which it listens too; 0 for none.
    ///   - configuration: Lines for redis.conf; `DIR` in them stands for the server's directory.
    public init(directory: String? = nil, port: Int = 0, _ configuration: [String] = []) throws {
        // Short, since the path of a socket may have 107 bytes.
        self.directory = URL(fileURLWithPath: directory ?? "/tmp/hub-redis-\(UInt32.random(in: 0 ... .max))")
        self.port = port
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
        let lines =
            [
                "port \(port)", "bind 127.0.0.1", "dir DIR", "unixsocket DIR/s", "logfile DIR/log", "save \"\"",
                "enable-debug-command yes",
            ] + configuration
        let text = lines.joined(separator: "\n").replacingOccurrences(of: "DIR", with: self.directory.path)
        try Data(text.utf8).write(to: self.file("redis.conf"))
    }

    deinit { self.stop() }

    /// The path of its Unix socket.
    public var socket: String { self.file("s").path }

    /// The URL of its Unix socket.
    public var socketURL: String { "unix://\(self.socket)" }

    /// The URL of its port.
    public var url: String { "redis://127.0.0.1:\(self.port)" }

    private func file(_ name: String) -> URL { self.directory.appendingPathComponent(name) }

    // MARK: What happens to it

    /// Starts it, with what its directory holds, and waits until it has loaded it.
    public func start() async throws {
        let log = self.file("log")
        try? FileManager.default.removeItem(at: log)
        let process = try await ChildProcess.start(
            [Self.program, self.file("redis.conf").path], output: self.file("output").path)
        self.process.withLock { $0 = process }
        try await eventually("redis-server is ready", seconds: 20) {
            let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            // Redis 7.0 says the former, 7.2 and Valkey the latter.
            return text.contains("now ready to accept connections at")
                || text.contains("Ready to accept connections unix")
        }
    }

    /// Kills it at once, as a crash would.
    public func kill() {
        self.process.withLock({ $0.take() })?.end()
    }

    /// Kills it, and removes all that it had.
    public func stop() {
        self.kill()
        try? FileManager.default.removeItem(at: self.directory)
    }

    /// Kills it and starts it with the same data.
    public func restart() async throws {
        self.kill()
        try await self.start()
    }

    /// Sends its process a signal.
    public func signal(_ number: Int32) {
        self.process.withLock { $0 }?.signal(number)
    }

    /// Stops the process as a hung machine would: connections stay open, nothing is answered.
    public func suspend() {
        self.signal(SIGSTOP)
        // It goes on for as long as the signal is on its way.
        while let state = self.state, !"TZX".contains(state) { usleep(1000) }
    }

    /// The state of the process (proc(5)); `nil` if it is gone.
    private var state: Character? {
        guard let pid = self.process.withLock({ $0 })?.pid,
            let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        else { return nil }
        // The name before it may hold anything.
        return text.lastIndex(of: ")").flatMap { text[$0...].dropFirst(2).first }
    }

    /// Lets it go on after `suspend`.
    public func resume() { self.signal(SIGCONT) }

    /// Forgets all data. It must not be running.
    public func wipe() throws {
        let kept: Set = ["redis.conf", "log", "output"]
        for name in try FileManager.default.contentsOfDirectory(atPath: self.directory.path) where !kept.contains(name)
        {
            try FileManager.default.removeItem(at: self.file(name))
        }
    }

    /// Takes over the port of another server that has crashed, as the name of a promoted replica would.
    public func takeOver(_ other: RedisServer) throws {
        try self.cli("CONFIG", "SET", "port", "\(other.port)")
    }

    // MARK: What it is asked

    /// What redis-cli prints for a command, without the line feed at its end.
    @discardableResult
    public func cli(_ arguments: String...) throws -> String {
        try self.cli(arguments)
    }

    /// What redis-cli prints for a command, which it gives its standard input.
    @discardableResult
    public func cli(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let (_, output) = try ChildProcess.run(["redis-cli", "-s", self.socket] + arguments, input: input)
        return output.trimmingCharacters(in: .newlines)
    }

    /// How many bytes the kernel holds for its port that it has not read.
    public func unreadByteCount() throws -> Int {
        let port = String(self.port, radix: 16, uppercase: true)
        let (_, output) = try ChildProcess.run(["grep", "^ *[0-9]*: [0-9A-F]*:\(port) ", "/proc/net/tcp"])
        return output.split(separator: "\n").reduce(0) { sum, line in
            let fields = line.split(separator: " ")
            guard fields.count > 4 else { return sum }
            return sum + (fields[4].split(separator: ":").last.flatMap { Int($0, radix: 16) } ?? 0)
        }
    }
}
