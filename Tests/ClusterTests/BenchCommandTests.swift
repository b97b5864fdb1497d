import Foundation
import HubClient
import TestSupport
import Testing

extension ClusterTests {
    @Suite("hubctl bench")
    struct BenchCommandTests {
        @Test("counts every delivery over two hubs, and leaves nothing behind")
        func completeDelivery() async throws {
            try await TestCluster.with(hubs: 2) { cluster in
                let bench = try await Self.start(
                    cluster,
                    ["--subscribers", "60", "--topics", "6", "--topics-per-subscriber", "2", "--rate", "50"]
                        + ["--batch", "3", "--publishers", "2", "--duration", "1s"])
                #expect(try await bench.wait(within: .seconds(30)) == .exited(0), "\(bench.text)")
                let requests = try #require(bench.text.firstMatch(of: /published +(\d+) requests/), "\(bench.text)")
                let delivered = try #require(bench.text.firstMatch(of: /delivered +(\d+) of (\d+),/), "\(bench.text)")
                // Each request's three events go to twenty streams.
                #expect(Int(delivered.1) == (Int(requests.1) ?? 0) * 3 * 20 && delivered.1 == delivered.2)
                #expect(!bench.text.contains("\u{1B}"), "only terminals are steered")
                #expect(try await cluster.client.topics().allSatisfy { $0.events == 0 })
            }
        }

        @Test("fails when streams end before their time")
        func brokenDelivery() async throws {
            try await TestCluster.with(hubs: 1) { cluster in
                let bench = try await Self.start(
                    cluster, ["--subscribers", "10", "--rate", "20", "--duration", "4s"])
                try await waitUntil("the streams are open; \(bench.text)") { bench.text.contains("opened 10 streams") }
                cluster.hubs[0].signal(SIGTERM)
                #expect(try await bench.wait(within: .seconds(30)) == .exited(1), "\(bench.text)")
                #expect(bench.text.contains("10 streams ended early"), "\(bench.text)")
            }
        }

        @Test("tells what it has when it is interrupted, as JSON, and leaves nothing behind")
        func interruption() async throws {
            try await TestCluster.with(hubs: 1) { cluster in
                let bench = try await Self.start(
                    cluster,
                    ["-c", "10", "--topics", "2", "-r", "50", "-d", "1h", "--format", "json"])
                try await waitUntil("something is published; \(bench.text)") {
                    try await cluster.client.topics().contains { $0.events > 3 }
                }
                bench.signal(SIGINT)
                #expect(try await bench.wait(within: .seconds(30)) == .exited(130), "\(bench.text)")
                let object = try JSONSerialization.jsonObject(with: Data(bench.text.utf8)) as? [String: Any]
                let result = try #require(object, "\(bench.text)")
                #expect(result["interrupted"] as? Bool == true && result["complete"] as? Bool == true, "\(bench.text)")
                let delivered = try #require(result["delivered"] as? [String: Any])
                #expect((delivered["events"] as? Int ?? 0) > 0 && delivered["lost"] as? Int == 0, "\(bench.text)")
                #expect((delivered["latency"] as? [String: Double])?["p99.9"] != nil, "\(bench.text)")
                #expect(try await cluster.client.topics().allSatisfy { $0.events == 0 })
            }
        }

        private static func start(_ cluster: TestCluster, _ arguments: [String]) async throws -> ChildProcess {
            let urls = cluster.hubs.flatMap { ["--url", $0.url] }
            return try await ChildProcess.start(
                [Binaries.hubctl, "bench"] + urls + arguments, output: cluster.directory.file("bench.log"))
        }
    }
}
