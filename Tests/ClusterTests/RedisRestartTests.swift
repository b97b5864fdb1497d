import Foundation
import HubClient
import TestSupport
import Testing

extension ClusterTests {
    @Suite("When Redis comes back")
    struct RedisRestartTests {
        private let topics = ["a", "b"]

        @Test("with its data, while events flow, everybody gets every event once and no reset is said")
        func withItsData() async throws {
            try await TestCluster.with(persistence: .everyWrite) { cluster in
                let fleet = SubscriberFleet(90, .init(topics: self.topics, hubs: cluster.hubs))
                try await fleet.waitUntilOpen()
                let count = try await cluster.publishing(to: self.topics) { publisher in
                    for _ in 0..<3 {
                        // So that the crash meets publishes on their way, whose outcome nobody knows then.
                        cluster.redis.suspend()
                        try await waitUntil("a publish lies before Redis") {
                            try cluster.redis.unreadByteCount() > 0
                        }
                        cluster.redis.kill()
                        try await cluster.waitUntilNotReady()
                        let refused = publisher.counted.unavailable
                        try await waitUntil("a publish is refused") { publisher.counted.unavailable > refused }
                        try await cluster.redis.start()
                        try await cluster.waitUntilReady()
                    }
                }
                #expect(count.failures.isEmpty)
                #expect(count.unknown > 0)
                try await fleet.waitUntilReceived(count.acknowledged)
                fleet.expectNothingWrong(
                    "restarted 3 times with its data, \(count.unavailable) times 503, \(count.unknown) times unknown",
                    count.acknowledged)
                #expect(fleet.ledgers.allSatisfy { $0.openings.count == 1 })
                await fleet.stop()
            }
        }

        @Test("empty, everybody is told 'lost' and goes on, also who was away")
        func empty() async throws {
            try await TestCluster.with { cluster in
                try await self.rollBack(cluster, "restarted empty") {
                    cluster.redis.kill()
                    try cluster.redis.wipe()
                    try await cluster.redis.start()
                }
            }
        }

        @Test("from an older snapshot, everybody is told 'lost' and goes on, also who was away")
        func olderSnapshot() async throws {
            try await TestCluster.with(persistence: .savedDump) { cluster in
                let early = NumberedPublisher(cluster.clients)
                for topic in self.topics { await early.publish(10, to: topic) }
                try cluster.redis.cli("SAVE")
                try await self.rollBack(cluster, "restarted from an older snapshot", after: early) {
                    cluster.redis.kill()
                    try await cluster.redis.start()
                }
            }
        }

        @Test("as a promoted replica that lacks the last writes, everybody is told 'lost' and goes on")
        func promotedReplica() async throws {
            try await TestCluster.with { cluster in
                let early = NumberedPublisher(cluster.clients)
                for topic in self.topics { await early.publish(10, to: topic) }
                let replica = try RedisServer(directory: cluster.directory.file("replica"), port: await FreePort.find())
                try await replica.start()
                try replica.cli("REPLICAOF", "127.0.0.1", "\(cluster.redis.port)")
                try await waitUntil("the replica has the data") {
                    try replica.cli("INFO", "replication").contains("master_link_status:up")
                }
                try replica.cli("REPLICAOF", "NO", "ONE")
                do {
                    try await self.rollBack(cluster, "replica promoted", after: early) {
                        cluster.redis.kill()
                        try replica.takeOver(cluster.redis)
                    }
                } catch {
                    replica.kill()
                    throw error
                }
                replica.kill()
            }
        }

        /// Publishes what will be lost, makes Redis lose it, and publishes more.
        private func rollBack(
            _ cluster: TestCluster, _ title: String, after early: NumberedPublisher? = nil,
            _ loss: () async throws -> Void
        ) async throws {
            let publisher = early ?? NumberedPublisher(cluster.clients)
            let fleet = SubscriberFleet(60, .init(topics: self.topics, hubs: cluster.hubs))
            let away = SubscriberFleet(6, .init(topics: self.topics, hubs: cluster.hubs, reconnects: false))
            for topic in self.topics { await publisher.publish(20, to: topic) }
            try await fleet.waitUntilReceived(publisher.counted.acknowledged)
            try await away.waitUntilReceived(publisher.counted.acknowledged)
            await away.stop()
            try await loss()
            try await cluster.waitUntilReady()
            try await fleet.waitUntilReset("lost")
            #expect(fleet.ledgers.allSatisfy { $0.openings.count == 1 })
            for topic in self.topics { await publisher.publish(20, to: topic) }
            let counted = publisher.counted
            try await fleet.waitUntilReceived(counted.acknowledged)
            fleet.expectNothingWrong(title, counted.acknowledged, resets: true)
            for ledger in fleet.ledgers {
                let perTopic = Dictionary(grouping: ledger.resets, by: \.topic).mapValues(\.count)
                #expect(perTopic == ["a": 1, "b": 1], "one reset for each topic: \(ledger.resets)")
            }
            await fleet.stop()
            try await self.comeBack(away, cluster)
            #expect(counted.failures.isEmpty)
        }

        /// Those who were away are told too, and a second time they are not.
        private func comeBack(_ away: SubscriberFleet, _ cluster: TestCluster) async throws {
            for subscriber in away.subscribers {
                let start = StreamStart.after(subscriber.ledger.cursor)
                let resets = try await cluster.client.firstResets(of: self.topics, from: start)
                #expect(resets.map(\.reason) == [.lost, .lost] && Set(resets.map(\.topic)) == Set(self.topics))
                let cursor = try #require(resets.last?.cursor)
                let first = try await cluster.client.firstEvent(of: self.topics, from: .after(cursor))
                let oldest = try await cluster.client.firstEvent(of: self.topics, from: .earliest)
                #expect(first == oldest, "it goes on with the oldest that there is")
                let again = try await cluster.client.firstResets(of: self.topics, from: .after(cursor))
                #expect(again.isEmpty, "the cursor of a reset does not meet it again: \(again)")
            }
        }
    }
}
