import Foundation
import HubClient
import TestSupport
import Testing

extension ClusterTests {
    @Suite("When the connections to Redis fail")
    struct RedisConnectionTests {
        private let topics = ["a", "b"]

        @Test(
            "by the kill of subscriptions or of all connections, nobody notices",
            arguments: [["pubsub"], ["pubsub", "normal"]])
        func killed(types: [String]) async throws {
            try await TestCluster.with { cluster in
                let fleet = SubscriberFleet(60, .init(topics: self.topics, hubs: cluster.hubs))
                try await fleet.waitUntilOpen()
                let count = try await cluster.publishing(to: self.topics) { _ in
                    for _ in 0..<10 {
                        for type in types { try cluster.redis.cli("CLIENT", "KILL", "TYPE", type) }
                        try await waitUntil("every hub is subscribed again") {
                            let clients = try cluster.redis.cli("CLIENT", "LIST", "TYPE", "pubsub")
                            return clients.split(separator: "\n").count == cluster.hubs.count
                        }
                    }
                    try await cluster.waitUntilReady()
                }
                #expect(count.failures.isEmpty)
                try await fleet.waitUntilReceived(count.acknowledged)
                fleet.expectNothingWrong("10 kills of \(types.joined(separator: " and "))", count.acknowledged)
                #expect(fleet.ledgers.allSatisfy { $0.openings.count == 1 })
                await fleet.stop()
            }
        }

        @Test("by a burst that exceeds Redis's buffer for a subscriber, everything still arrives once")
        func outputBufferLimit() async throws {
            let limit = ["client-output-buffer-limit pubsub 64kb 0 0"]
            try await TestCluster.with(redisConfiguration: limit) { cluster in
                let fleet = SubscriberFleet(12, .init(topics: ["a"], hubs: cluster.hubs))
                try await fleet.waitUntilOpen()
                var expected: Set<Int> = []
                for round in 0..<5 {
                    let numbers = (round * 200 + 1)...(round * 200 + 200)
                    let text = String(repeating: "x", count: 1000)
                    let batch = numbers.map { Publication(topic: "a", data: "\($0) \(text)", key: "\($0)") }
                    try await cluster.client.publish(batch: batch)
                    expected.formUnion(numbers)
                }
                try await fleet.waitUntilReceived(["a": expected])
                fleet.expectNothingWrong("bursts beyond Redis's output buffer", ["a": expected])
                await fleet.stop()
            }
        }

        @Test("because Redis is gone: 503 with Retry-After in time, open streams with heartbeats, recovery by itself")
        func unreachable() async throws {
            try await TestCluster.with(persistence: .everyWrite) { cluster in
                let fleet = SubscriberFleet(30, .init(topics: self.topics, hubs: cluster.hubs))
                let publisher = NumberedPublisher(cluster.clients)
                await publisher.publish(10, to: "a")
                try await fleet.waitUntilReceived(publisher.counted.acknowledged)
                cluster.redis.kill()
                try await cluster.waitUntilNotReady()
                for hub in cluster.hubs { try await self.expectUnavailable(hub) }
                let before = fleet.ledgers.map(\.byteCount)
                try await waitUntil("every stream had a heartbeat") {
                    zip(before, fleet.ledgers).allSatisfy { $1.byteCount > $0 }
                }
                try await cluster.redis.start()
                try await cluster.waitUntilReady()
                await publisher.publish(10, to: "a")
                try await fleet.waitUntilReceived(publisher.counted.acknowledged)
                fleet.expectNothingWrong("Redis gone and back", publisher.counted.acknowledged)
                #expect(fleet.ledgers.allSatisfy { $0.openings.count == 1 })
                await fleet.stop()
            }
        }

        private func expectUnavailable(_ hub: HubProcess) async throws {
            try await HubClient.with(HubClientConfiguration(urls: [hub.url])) { client in
                let start = ContinuousClock.now
                do throws(HubClientError) {
                    try await client.publish("x", to: "a")
                    Issue.record("\(hub.name) published without Redis")
                } catch {
                    #expect(error.status == 503 && error.code == .unavailable, "\(error)")
                    #expect(error.retryAfter != nil)
                }
                #expect(start.duration(to: .now) < .seconds(3))
            }
        }

        @Test("because Redis hangs: 504, and the repetition with the same key makes one event")
        func suspended() async throws {
            try await TestCluster.with { cluster in
                let fleet = SubscriberFleet(30, .init(topics: self.topics, hubs: cluster.hubs))
                try await fleet.waitUntilOpen()
                let hub = cluster.hubs[0]
                try await HubClient.with(HubClientConfiguration(urls: [hub.url])) { client in
                    try await client.publish("1", to: "a", key: "one")
                    cluster.redis.suspend()
                    let start = ContinuousClock.now
                    do throws(HubClientError) {
                        try await client.publish("2", to: "a", key: "two")
                        Issue.record("\(hub.name) published while Redis hung")
                    } catch {
                        #expect(error.status == 504 && error.code == .outcomeUnknown, "\(error)")
                    }
                    #expect(start.duration(to: .now) < .seconds(4))
                    try await cluster.waitUntilNotReady()
                    cluster.redis.resume()
                    try await cluster.waitUntilReady()
                    try await client.publish("2", to: "a", key: "two")
                    try await client.publish("3", to: "a", key: "three")
                }
                try await fleet.waitUntilReceived(["a": [1, 2, 3]])
                fleet.expectNothingWrong("Redis hung", ["a": [1, 2, 3]])
                #expect(fleet.ledgers.allSatisfy { $0.count == 3 && $0.openings.count == 1 })
                await fleet.stop()
            }
        }

        @Test("a hub that is started before Redis waits for it, and says so")
        func hubFirst() async throws {
            try await TestCluster.with(hubs: 2, startsRedis: false) { cluster in
                let isReady = await cluster.client.health().contains(where: \.isReady)
                #expect(!isReady)
                for hub in cluster.hubs { try await self.expectUnavailable(hub) }
                let fleet = SubscriberFleet(10, .init(topics: ["a"], hubs: cluster.hubs))
                try await cluster.redis.start()
                try await cluster.waitUntilReady()
                let publisher = NumberedPublisher(cluster.clients)
                await publisher.publish(10, to: "a")
                try await fleet.waitUntilReceived(publisher.counted.acknowledged)
                fleet.expectNothingWrong("hubs before Redis", publisher.counted.acknowledged)
                await fleet.stop()
            }
        }

        @Test("a Redis that evicts makes the hubs not ready, and the log says why")
        func eviction() async throws {
            try await TestCluster.with(hubs: 2) { cluster in
                try cluster.redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
                try await cluster.waitUntilNotReady()
                for report in await cluster.client.health() {
                    #expect(report.detail?.contains("maxmemory-policy") == true, "\(report.detail ?? "")")
                }
                for hub in cluster.hubs {
                    try await waitUntil("the log says why") { hub.log.contains("allkeys-lru") }
                }
                try cluster.redis.cli("CONFIG", "SET", "maxmemory-policy", "noeviction")
                try await cluster.waitUntilReady()
            }
        }
    }
}
