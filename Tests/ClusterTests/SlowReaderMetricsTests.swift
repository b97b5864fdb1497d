import HubClient
import NIOCore
import Testing

extension ClusterTests {
    @Suite("What slow readers go through is counted")
    struct SlowReaderMetricsTests {
        @Test(
            "by the policy that is in force",
            arguments: [
                ("resume", "hub_streams_resumed_total"), ("skip", "hub_streams_skipped_total"),
                ("close", #"hub_streams_closed_total{reason="slow"}"#),
            ])
        func outcome(policy: String, metric: String) async throws {
            try await TestCluster.with(hubs: 1, hubArguments: ["--slow-consumer", policy]) { cluster in
                let hub = cluster.hubs[0]
                let slow = SubscriberFleet(3, .init(topics: ["a"], hubs: cluster.hubs, reconnects: false))
                try await slow.waitUntilOpen()
                #expect(try await Self.value(of: "hub_streams_parked_total", at: hub) == 0)
                for subscriber in slow.subscribers { subscriber.pause(true) }
                let publisher = NumberedPublisher(cluster.clients)
                try await waitUntil("the streams are parked", within: .seconds(30)) {
                    await publisher.publish(20, to: "a", padding: 100_000)
                    return try await Self.value(of: "hub_streams_parked_total", at: hub) >= 3
                }
                for subscriber in slow.subscribers { subscriber.pause(false) }
                // A socket's buffers may have taken some more meanwhile, so that a stream was parked more than once.
                try await waitUntil("each time has its outcome", within: .seconds(30)) {
                    let outcomes = try await Self.value(of: metric, at: hub)
                    return try await Self.value(of: "hub_streams_parked_total", at: hub) == outcomes && outcomes >= 3
                }
                await slow.stop()
            }
        }

        private static func value(of metric: String, at hub: HubProcess) async throws -> Int {
            let text = try await HTTPConversation.with(hub) { conversation in
                _ = try await conversation.get("/metrics")
                return String(buffer: try await conversation.body())
            }
            let line = text.split(separator: "\n").first { $0.hasPrefix("\(metric) ") }
            return try #require(line.flatMap { Int($0.dropFirst(metric.count + 1)) }, "\(text)")
        }
    }
}
