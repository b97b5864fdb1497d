import HubClient
import TestSupport
import Testing

extension ClusterTests {
    @Suite("Hubs behave as one")
    struct CrossHubTests {
        private let topics = ["a", "b", "c"]

        @Test("what is published on any hub is received on every hub, in order and once")
        func everyHub() async throws {
            try await TestCluster.with { cluster in
                let fleet = SubscriberFleet(90, .init(topics: self.topics, hubs: cluster.hubs))
                try await fleet.waitUntilOpen()
                var expected: [String: Set<Int>] = [:]
                try await withThrowingTaskGroup(of: NumberedPublisher.Count.self) { group in
                    for (hub, topic) in zip(cluster.hubs, self.topics) {
                        group.addTask {
                            try await HubClient.with(HubClientConfiguration(urls: [hub.url])) { client in
                                let publisher = NumberedPublisher([client])
                                await publisher.publish(100, to: topic)
                                return publisher.counted
                            }
                        }
                    }
                    for try await count in group {
                        #expect(count.failures.isEmpty && count.total == 100)
                        expected.merge(count.acknowledged) { $0.union($1) }
                    }
                }
                try await fleet.waitUntilReceived(expected)
                fleet.expectNothingWrong("published on every hub", expected)
                await fleet.stop()
            }
        }

        @Test("a stream that is dropped after every event resumes on the next hub without a hole or a repeat")
        func dropAfterEveryEvent() async throws {
            try await TestCluster.with { cluster in
                let plan = CheckingSubscriber.Plan(topics: self.topics, hubs: cluster.hubs, dropsAfter: 1)
                let fleet = SubscriberFleet(12, plan)
                let count = try await cluster.publishing(to: self.topics, pause: .milliseconds(40)) { _ in }
                #expect(count.failures.isEmpty)
                try await fleet.waitUntilReceived(count.acknowledged, within: .seconds(60))
                fleet.expectNothingWrong("dropped after every event", count.acknowledged)
                await fleet.stop()
            }
        }

        @Test("an id from one hub is a cursor on another, and a key is known to all")
        func cursorsAndKeys() async throws {
            try await TestCluster.with { cluster in
                var ids: [String] = []
                for (number, hub) in cluster.hubs.enumerated() {
                    try await HubClient.with(HubClientConfiguration(urls: [hub.url])) { client in
                        ids.append(try await client.publish("\(number)", to: "t")[0].id)
                        let first = try await client.publish("once", to: "other", key: "k")[0].id
                        let described = try #require(try await client.describe(topic: "other"))
                        #expect(described.events == 1 && described.latest == first)
                    }
                }
                for hub in cluster.hubs {
                    try await HubClient.with(HubClientConfiguration(urls: [hub.url])) { client in
                        for (index, id) in ids.enumerated().dropLast() {
                            let item = try await client.firstEvent(of: ["t"], from: .after(id))
                            #expect(item?.id == ids[index + 1] && item?.data == "\(index + 1)")
                        }
                    }
                }
            }
        }

        @Test("what an application publishes with FCALL is received, with its name")
        func functionCall() async throws {
            try await TestCluster.with(hubs: 2) { cluster in
                let id = try cluster.redis.cli("FCALL", "hub_publish", "1", "hub:{0}", "t", "from Redis", "note")
                let event = try #require(try await cluster.client.firstEvent(of: ["t"], from: .earliest))
                #expect(event == StreamEvent(id: id, topic: "t", name: "note", data: "from Redis", retry: nil))
            }
        }

        @Test("a topic that is deleted on one hub is trimmed on all, and its ids go on rising")
        func deletion() async throws {
            try await TestCluster.with { cluster in
                let publisher = NumberedPublisher(cluster.clients)
                await publisher.publish(5, to: "t")
                let fleet = SubscriberFleet(9, .init(topics: ["t"], hubs: cluster.hubs))
                try await fleet.waitUntilReceived(publisher.counted.acknowledged)
                let old = try #require(try await cluster.client.firstEvent(of: ["t"], from: .earliest))
                // The newest event is younger than what the hubs are sure to have seen all of.
                await publisher.publish(1, to: "t")
                try await cluster.client.delete(topic: "t")
                for hub in cluster.hubs.reversed() {
                    try await HubClient.with(HubClientConfiguration(urls: [hub.url])) { client in
                        // The news travels to the other hubs by itself.
                        try await waitUntil("the topic is trimmed on \(hub.name)") {
                            let resets = try await client.firstResets(of: ["t"], from: .after(old.id!))
                            return resets.map(\.reason) == [.trimmed] && resets.map(\.requested) == [old.id]
                        }
                    }
                }
                await publisher.publish(5, to: "t")
                try await fleet.waitUntilReceived(publisher.counted.acknowledged)
                fleet.expectNothingWrong("deleted", publisher.counted.acknowledged, resets: true)
                await fleet.stop()
            }
        }
    }
}
