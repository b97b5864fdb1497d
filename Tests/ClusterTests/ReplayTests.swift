import HubClient
import NIOCore
import TestSupport
import Testing

extension ClusterTests {
    @Suite("When clients come back")
    struct ReplayTests {
        @Test("all at once, Redis works for their topics, and not for each of them")
        func storm() async throws {
            try await TestCluster.with(hubs: 2) { cluster in
                let few = try await self.reads(by: 8, of: ["a", "b", "c"], in: cluster)
                let start = ContinuousClock.now
                let many = try await self.reads(by: 240, of: ["d", "e", "f"], in: cluster)
                let seconds = Int(start.duration(to: .now).components.seconds)
                print("counted: reads of three topics' logs for 8 clients \(few), for 240 in \(seconds) s \(many)")
                #expect(few > 0)
                // Each alone would read at least its three topics' tails. A page is kept for a second at least, so that on a
                // machine on which they come one after the other there is another read for each second.
                #expect(many <= max(240 * 3 / 12, few * (seconds + 2)))
            }
        }

        @Test("far behind, they get everything in order, and the hub does not hold it all")
        func deep() async throws {
            try await TestCluster.with(hubs: 1, hubArguments: ["--replay-count", "30000"]) { cluster in
                let padding = 3000
                let expected = try await self.fill(["a"], with: 24_000, padding: padding, in: cluster)
                let before = cluster.hubs[0].residentKilobytes
                let fleet = SubscriberFleet(2, .init(topics: ["a"], hubs: cluster.hubs))
                try await fleet.waitUntilReceived(expected, within: Patience.duration(.seconds(60)))
                let growth = cluster.hubs[0].residentKilobytes - before
                fleet.expectNothingWrong("2 clients, 24,000 events of 3 KB behind, +\(growth) KiB", expected)
                #expect(growth < Patience.kilobytes(24_000 * padding / 1024 / 2))
                await fleet.stop()
            }
        }

        /// How often hubs read logs to serve clients that come back to topics which nobody has listened to.
        private func reads(by count: Int, of topics: [String], in cluster: TestCluster) async throws -> Int {
            let expected = try await self.fill(topics, with: 600, padding: 0, in: cluster)
            let before = try await self.logReads(in: cluster)
            let fleet = SubscriberFleet(count, .init(topics: topics, hubs: cluster.hubs))
            try await fleet.waitUntilReceived(expected, within: Patience.duration(.seconds(60)))
            fleet.expectNothingWrong("\(count) clients come back", expected)
            await fleet.stop()
            return try await self.logReads(in: cluster) - before
        }

        private func fill(
            _ topics: [String], with count: Int, padding: Int, in cluster: TestCluster
        ) async throws -> [String: Set<Int>] {
            let rest = String(repeating: "x", count: padding)
            for first in stride(from: 1, through: count, by: 200) {
                let numbers = first..<min(first + 200, count + 1)
                let batch = topics.flatMap { topic in
                    numbers.map { Publication(topic: topic, data: padding == 0 ? "\($0)" : "\($0) \(rest)") }
                }
                for start in stride(from: 0, to: batch.count, by: 200) {
                    _ = try await cluster.client.publish(batch: Array(batch[start..<min(start + 200, batch.count)]))
                }
            }
            return Dictionary(uniqueKeysWithValues: topics.map { ($0, Set(1...count)) })
        }

        /// Calls of scripts that read a log: tails and pages.
        private func logReads(in cluster: TestCluster) async throws -> Int {
            var sum = 0
            for hub in cluster.hubs {
                let text = try await HTTPConversation.with(hub) { conversation in
                    _ = try await conversation.get("/metrics")
                    return String(buffer: try await conversation.body())
                }
                for name in ["hub_tail_reads_total ", "hub_page_reads_total "] {
                    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name) })
                    sum += try #require(Int(line.dropFirst(name.count)))
                }
            }
            return sum
        }
    }
}
