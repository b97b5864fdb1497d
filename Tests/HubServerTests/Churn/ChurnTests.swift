import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// A connection's descriptor is written to past the pipeline, and its number is another connection's as soon as it is
/// closed: no byte may ever reach the wrong one.
@Suite(.timeLimit(.minutes(Patience.minutes(2))))
struct ChurnTests {
    private static let topics = (0..<40).map { "t\($0)" }
    private static let workers = 48
    private static let connections = 4800

    @Test func whileThousandsComeAndGoEachClientGetsItsOwnTopicAloneOnceAndInOrder() async throws {
        try await TestServer.run(loops: 2) { server in
            let findings = Findings()
            let steady = try await Self.openSteady(server, findings)
            let publisher = NumberedTopics(Self.topics, on: server.hub)
            let publishing = Task { try await publisher.run() }
            do {
                try await Self.churn(server, findings)
            } catch {
                publisher.stop()
                throw error
            }
            publisher.stop()
            let last = try await publishing.value
            try await eventually("those who stayed should have got all of \(last)", seconds: Patience.seconds(30)) {
                steady.allSatisfy { $0.progress.last == last }
            }
            for client in steady { try await client.channel.close().get() }
            #expect(findings.all.isEmpty, "\(findings.all.joined(separator: "; "))")
            #expect(last > 20, "events should flow all the time")
            try await eventually("nobody should be left", seconds: Patience.seconds(10)) {
                try await server.hub.statistics().get().fanOut.subscribers == 0
            }
        }
    }

    private static func openSteady(
        _ server: TestServer, _ findings: Findings
    ) async throws -> [(channel: any Channel, progress: ChurnProgress)] {
        var clients: [(channel: any Channel, progress: ChurnProgress)] = []
        for topic in self.topics {
            let progress = ChurnProgress()
            let channel = try await ChurnClient.connect(
                port: server.port, topic: topic, leaving: .never, resets: false, findings: findings,
                progress: progress)
            clients.append((channel, progress))
        }
        try await eventually("all should be open", seconds: Patience.seconds(10)) {
            clients.allSatisfy { $0.progress.isOpen }
        }
        return clients
    }

    private static func churn(_ server: TestServer, _ findings: Findings) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<self.workers {
                group.addTask {
                    var random = SeededGenerator(seed: UInt64(worker))
                    for _ in 0..<self.connections / self.workers {
                        let leaving: ChurnClient.Leaving =
                            switch Int.random(in: 0..<10, using: &random) {
                            case 0: .atOnce
                            case 1, 2: .afterHead
                            default: .after(events: Int.random(in: 1...6, using: &random))
                            }
                        let channel = try await ChurnClient.connect(
                            port: server.port, topic: self.topics.randomElement(using: &random) ?? "t0",
                            leaving: leaving, resets: Bool.random(using: &random), findings: findings)
                        try await channel.closeFuture.get()
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
