import Foundation
import NIOCore
import TestSupport
import Testing

/// A connection's descriptor is written to past the pipeline, and its number is another connection's as soon as it is
/// closed: no byte may ever reach the wrong one. The hub is a process of its own, so that all those numbers are its.
@Suite(.timeLimit(.minutes(Patience.minutes(2))))
struct ChurnTests {
    private typealias Client = (channel: any Channel, topics: [String], progress: ChurnProgress)

    private static let topics = ChurnPublisher.Sample.topics
    private static let workers = 48
    private static let connections = 2400

    @Test func whileThousandsComeAndGoEachClientGetsItsOwnTopicsAloneOnceAndInOrder() async throws {
        // No WebSocket is asked for a sign of life that soon.
        try await HubBinary.run(["--port", "0", "--loops", "2", "--heartbeat", "60s"]) { hub in
            let port = try await hub.port()
            let findings = Findings()
            let steady = try await Self.openSteady(port, findings)
            let source = try await RawClient.connect(port: port)
            let publisher = ChurnPublisher(source)
            let publishing = Task { try await publisher.run() }
            let highest: Int
            do {
                highest = try await Self.churn(hub, port, publisher, findings)
            } catch {
                publisher.stop()
                throw error
            }
            publisher.stop()
            try await publishing.value
            let last = publisher.number
            try await eventually("those who stayed should have got all of \(last)", seconds: Patience.seconds(30)) {
                !findings.all.isEmpty
                    || steady.allSatisfy { client in client.topics.allSatisfy { client.progress.last(of: $0) == last } }
            }
            for client in steady { try? await client.channel.close().get() }
            await source.close()
            #expect(findings.all.isEmpty, "\(findings.all.joined(separator: "; "))")
            #expect(last > 20, "events should flow all the time")
            #expect(highest < Self.connections, "numbers of descriptors should be used again")
            try await Self.expectNobodyLeft(port)
        }
    }

    /// Clients that stay all the time; a frame's page ends after its share of bytes.
    private static func openSteady(_ port: Int, _ findings: Findings) async throws -> [Client] {
        var clients: [Client] = []
        for (index, topic) in self.topics.enumerated() {
            let transport = [ChurnTransport.sse, .chunkedSSE, .webSocket][index % 3]
            let topics = index % 4 == 3 ? [topic, self.topics[(index + 7) % self.topics.count]] : [topic]
            let progress = ChurnProgress()
            let plan = ChurnClient.Plan(transport: transport, topics: topics)
            let channel = try await ChurnClient.connect(port: port, plan, findings: findings, progress: progress)
            clients.append((channel, topics, progress))
        }
        try await eventually("all should be open: \(findings.all)", seconds: Patience.seconds(10)) {
            clients.allSatisfy { $0.progress.isOpen }
        }
        return clients
    }

    /// - Returns: The highest number that a descriptor of the hub was seen to have.
    private static func churn(
        _ hub: HubBinary, _ port: Int, _ publisher: ChurnPublisher, _ findings: Findings
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<self.workers {
                group.addTask {
                    var random = SeededGenerator(seed: UInt64(worker))
                    var highest = 0
                    for round in 0..<self.connections / self.workers where findings.all.isEmpty {
                        try await self.visit(port, Self.plan(&random), publisher, findings)
                        if round % 8 == worker % 8 { highest = max(highest, try hub.highestDescriptor()) }
                    }
                    return highest
                }
            }
            return try await group.reduce(0) { max($0, $1) }
        }
    }

    private static func plan(_ random: inout SeededGenerator) -> ChurnClient.Plan {
        let leaving: ChurnClient.Leaving =
            switch Int.random(in: 0..<10, using: &random) {
            case 0: .atOnce
            case 1, 2: .afterHead
            default: .after(events: Int.random(in: 1...6, using: &random))
            }
        var plan = ChurnClient.Plan(
            transport: ChurnTransport.allCases.randomElement(using: &random) ?? .sse, topics: [],
            leaving: leaving, resets: Bool.random(using: &random))
        if case .after = leaving { plan.pauses = random.chance(10) }
        plan.endsInput = !plan.pauses && !plan.resets && random.chance(50)
        let first = plan.pauses ? ChurnPublisher.Sample.largeTopics[...] : self.topics[...]
        plan.topics = [first.randomElement(using: &random) ?? "t0"]
        if random.chance(30), let other = self.topics.randomElement(using: &random), other != plan.topics[0] {
            plan.topics.append(other)
        }
        return plan
    }

    /// One connection, to its end.
    private static func visit(
        _ port: Int, _ plan: ChurnClient.Plan, _ publisher: ChurnPublisher, _ findings: Findings
    ) async throws {
        let progress = ChurnProgress()
        let channel = try await ChurnClient.connect(port: port, plan, findings: findings, progress: progress)
        guard plan.pauses else { return try await channel.closeFuture.get() }
        try await eventually("a stream should begin", seconds: Patience.seconds(20)) {
            progress.isOpen || !channel.isActive
        }
        // Its topic has a large event among as many, and what does not fit waits in the hub.
        let number = publisher.number + ChurnPublisher.Sample.largeTopics.count + 1
        try await eventually("events should flow", seconds: Patience.seconds(20)) { publisher.number >= number }
        // Some leave while the hub has still something for them, the others read on.
        // A frame's page may have ended before.
        if plan.resets {
            try? await channel.close().get()
        } else {
            try? await channel.setOption(.autoRead, value: true).get()
        }
        try await channel.closeFuture.get()
    }

    private static func expectNobodyLeft(_ port: Int) async throws {
        try await eventually("nobody should be left", seconds: Patience.seconds(10)) {
            let scrape = try await Self.scrape(port)
            return scrape["hub_subscribers"] == 0
        }
        let parked = try #require(try await Self.scrape(port)["hub_streams_parked_total"])
        #expect(parked > 0, "some should be too slow for a large event")
    }

    private static func scrape(_ port: Int) async throws -> Scrape {
        let client = try await RawClient.connect(port: port)
        client.send("GET", "/metrics", headers: ["Connection: close"])
        let answer = try await client.readAnswer()
        await client.close()
        return try Scrape(answer.body)
    }
}

extension HubBinary {
    /// The highest number that one of its descriptors has now; 0 where the system does not tell (proc(5)).
    fileprivate func highestDescriptor() throws -> Int {
        #if os(Linux)
            let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(self.processIdentifier)/fd")
            return names.compactMap { Int($0) }.max() ?? 0
        #else
            return 0
        #endif
    }
}
