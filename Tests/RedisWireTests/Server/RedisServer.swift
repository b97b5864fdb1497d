import Foundation
import RedisWire
import Synchronization
import TestSupport
import Testing

/// A real redis-server with a directory of its own, which dies with the tests.
final class RedisServer: Sendable {
    /// The directory with its configuration, data and sockets.
    let directory: URL
    /// Its TCP port; nil if it listens on its Unix socket only.
    let port: Int?

    private let process = Mutex<ChildProcess?>(nil)

    /// Starts a server and waits until it answers.
    /// - Parameters:
    ///   - tcp: Whether it listens on a TCP port of 127.0.0.1 too, which the system picks.
    ///   - configuration: Lines for redis.conf; `DIR` in them stands for the server's directory.
    ///   - prepare: Is given the directory before the start.
    init(
        tcp: Bool = false, configuration: [String] = [], prepare: (URL) throws -> Void = { _ in }
    ) async throws {
        // Short, since the path of a socket may have 107 bytes.
        self.directory = URL(fileURLWithPath: "/tmp/hub-redis-\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: false)
        self.port = tcp ? try FreePort.find() : nil
        let lines =
            ["port \(self.port ?? 0)", "bind 127.0.0.1", "dir DIR", "unixsocket DIR/s", "save \"\"", "appendonly yes"]
            + configuration
        let text = lines.joined(separator: "\n").replacingOccurrences(of: "DIR", with: self.directory.path)
        try Data(text.utf8).write(to: self.directory.appendingPathComponent("redis.conf"))
        try prepare(self.directory)
        try await self.start()
    }

    deinit {
        self.kill()
        try? FileManager.default.removeItem(at: self.directory)
    }

    /// The URL of its Unix socket.
    var socketURL: String { "unix://\(self.directory.path)/s" }

    /// The endpoint of its Unix socket.
    var endpoint: RedisEndpoint {
        get throws { try RedisEndpoint(self.socketURL) }
    }

    /// Starts it, with what its directory holds, and waits until it has loaded it.
    func start() async throws {
        let log = self.directory.appendingPathComponent("log")
        try? FileManager.default.removeItem(at: log)
        let process = try await ChildProcess.start(
            ["redis-server", "\(self.directory.path)/redis.conf"], output: log.path)
        self.process.withLock { $0 = process }
        try await eventually("redis-server is ready") {
            let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            return text.contains("now ready to accept connections at")
        }
    }

    /// Kills it at once, as a crash would.
    func kill() {
        self.process.withLock({ $0.take() })?.end()
    }

    /// Stops it in its tracks; its sockets stay open.
    func freeze() { self.signal(SIGSTOP) }

    /// Lets it go on after `freeze`.
    func thaw() { self.signal(SIGCONT) }

    /// Kills it and starts it with the same data.
    func restart() async throws {
        self.kill()
        try await self.start()
    }

    private func signal(_ signal: Int32) {
        self.process.withLock { $0 }?.signal(signal)
    }
}
