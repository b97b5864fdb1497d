import Foundation
import Synchronization
import TestSupport

/// A real hub.
final class HubProcess: Sendable {
    let name: String
    private let directory: TestDirectory
    private let arguments: [String]
    private let state: Mutex<(process: ChildProcess?, port: Int, runs: Int)>

    init(in directory: TestDirectory, name: String, _ arguments: [String]) {
        self.directory = directory
        self.name = name
        self.arguments = arguments
        self.state = Mutex((nil, 0, 0))
    }

    /// The port of the latest start; each start gets another one from the system.
    var port: Int { self.state.withLock { $0.port } }
    var url: String { "http://127.0.0.1:\(self.port)" }
    var log: String { self.state.withLock { $0.process }?.text ?? "" }
    var pid: pid_t { self.state.withLock { $0.process }?.pid ?? 0 }

    /// Starts it, and waits until it says where it listens.
    func start() async throws {
        let run = self.state.withLock { state in
            state.runs += 1
            return state.runs
        }
        let command = [Binaries.hub, "--host", "127.0.0.1", "--port", "0"] + self.arguments
        let process = try await ChildProcess.start(
            command, output: self.directory.file("\(self.name).\(run).log"))
        self.state.withLock { $0.process = process }
        try await waitUntil("\(self.name) says its address; it said: \(process.text)") {
            if let end = process.poll() {
                throw ChildProcess.Failure(description: "\(self.name) ended with \(end): \(process.text)")
            }
            guard let port = Self.port(in: process.text) else { return false }
            self.state.withLock { $0.port = port }
            return true
        }
    }

    /// The start line holds `address=127.0.0.1:PORT`.
    private static func port(in log: String) -> Int? {
        log.firstMatch(of: /address=127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) }
    }

    func signal(_ signal: Int32) { self.state.withLock { $0.process }?.signal(signal) }

    func wait(within limit: Duration = .seconds(15)) async throws -> ChildProcess.End {
        guard let process = self.state.withLock({ $0.process }) else { return .exited(0) }
        return try await process.wait(within: limit)
    }

    func kill() async { await self.state.withLock { $0.process }?.kill() }

    /// Its memory in KiB.
    var residentKilobytes: Int {
        let status = (try? String(contentsOfFile: "/proc/\(self.pid)/status", encoding: .utf8)) ?? ""
        return status.firstMatch(of: /VmRSS:\s+(\d+) kB/).flatMap { Int($0.1) } ?? 0
    }
}
