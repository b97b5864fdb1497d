import Foundation
import Synchronization
import TestSupport
import Testing

/// Sends a hub what it may choke on, and looks at the CPU time that the hub takes for it.
final class HostilePeer: Sendable {
    private let hub: HubBinary
    private let port: Int
    private let costs = Mutex<[(name: String, cost: Duration)]>([])

    init(hub: HubBinary, port: Int) {
        self.hub = hub
        self.port = port
    }

    /// Does something, and expects the hub to have taken no more CPU time for it than it may.
    func expect(_ name: String, within bound: Duration, _ action: () async throws -> Void) async throws {
        let before = self.processorTime
        do { try await action() } catch { Issue.record("\(name): \(error)") }
        let cost = self.processorTime - before
        self.costs.withLock { $0.append((name, cost)) }
        #expect(cost <= Patience.duration(bound), "\(name)")
    }

    /// Sends a request on a connection of its own, and waits for the answer.
    func exchange(_ request: [UInt8]) async throws {
        let client = try await RawClient.connect(port: self.port)
        client.send(request)
        try await eventually("an answer should come", seconds: Patience.seconds(60)) {
            client.byteCount > 0 || client.isClosed
        }
        await client.close()
    }

    /// Sends frames on a WebSocket of its own, and waits for the answer to the last.
    func say(_ frames: [UInt8]) async throws {
        let (client, answer) = try await WebSocketClient.open(try await RawClient.connect(port: self.port))
        #expect(answer.status == 101)
        _ = try await client.message()
        client.raw.send(frames)
        try await eventually("an answer should come", seconds: Patience.seconds(60)) {
            client.raw.byteCount > 0 || client.raw.isClosed
        }
        await client.raw.close()
    }

    /// Prints what cost the most, if that is wanted.
    func report() {
        guard ProcessInfo.processInfo.environment["HUB_HOSTILE_REPORT"] != nil else { return }
        for (name, cost) in self.costs.withLock({ $0 }).sorted(by: { $0.cost > $1.cost }).prefix(40) {
            print("hostile \(cost / .milliseconds(1)) ms  \(name)")
        }
    }

    /// What all threads of the hub have used: the first number of each `schedstat` is nanoseconds on a processor
    /// (Documentation/scheduler/sched-stats.rst).
    private var processorTime: Duration {
        let folder = "/proc/\(self.hub.processIdentifier)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let nanoseconds = threads.reduce(into: Int64(0)) { sum, thread in
            let text = (try? String(contentsOfFile: "\(folder)/\(thread)/schedstat", encoding: .utf8)) ?? ""
            sum += Int64(text.prefix { $0 != " " }) ?? 0
        }
        return .nanoseconds(nanoseconds)
    }
}
