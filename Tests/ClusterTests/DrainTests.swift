import Foundation
import HubClient
import TestSupport
import Testing

extension ClusterTests {
    @Suite("When a hub is told to stop")
    struct DrainTests {
        private let topics = ["a", "b"]

        @Test("it tells every stream when to come back, spread out, exits 0, and nothing is lost")
        func drain() async throws {
            try await TestCluster.with { cluster in
                let fleet = SubscriberFleet(150, .init(topics: self.topics, hubs: cluster.hubs))
                try await fleet.waitUntilOpen()
                let count = try await cluster.publishing(to: self.topics) { _ in
                    cluster.hubs[0].signal(SIGTERM)
                    let end = try await cluster.hubs[0].wait()
                    #expect(end == .exited(0))
                }
                #expect(count.failures.isEmpty)
                try await fleet.waitUntilReceived(count.acknowledged)
                fleet.expectNothingWrong("drained", count.acknowledged)
                let sentAway = fleet.ledgers.filter { !$0.closes.isEmpty }
                #expect(sentAway.count == 50 && sentAway.allSatisfy { $0.closes == ["drain"] })
                #expect(Set(sentAway.flatMap(\.retries)).count > 25, "the retry times are spread")
                await fleet.stop()
            }
        }

        @Test("it finishes the publishes in flight")
        func inFlight() async throws {
            try await TestCluster.with(hubs: 1) { cluster in
                try await cluster.client.publish("0", to: "a")
                cluster.redis.suspend()
                let text = String(repeating: "x", count: 20_000)
                async let published = cluster.client.publish(text, to: "a")
                try await waitUntil("the publish lies before Redis") {
                    try cluster.redis.unreadByteCount() > text.utf8.count
                }
                cluster.hubs[0].signal(SIGTERM)
                try await waitUntil("the hub drains") { cluster.hubs[0].log.contains("draining") }
                cluster.redis.resume()
                let events = try await published
                #expect(events.count == 1)
                let end = try await cluster.hubs[0].wait()
                #expect(end == .exited(0))
            }
        }
    }
}
