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

        private static func start(_ cluster: TestCluster, _ arguments: [String]) async throws -> ChildProcess {
            let urls = cluster.hubs.flatMap { ["--url", $0.url] }
            return try await ChildProcess.start(
                [Binaries.hubctl, "bench"] + urls + arguments, output: cluster.directory.file("bench.log"))
        }
    }
}
