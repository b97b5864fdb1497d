import HubClient
import NIOCore
import TestSupport
import Testing

extension ClusterTests {
    @Suite("When an event in Redis is larger than any event may be")
    struct LargeEventTests {
        /// What the function of a release without a limit did with 70 MiB.
        private static let script = """
            local key, topic = KEYS[1], ARGV[1]
            local state = redis.call('HMGET', key .. ':state', 'epoch', 'ms', 'seq')
            local last = redis.call('HGET', key .. ':last', topic)
            local seq, data = state[3] + 1, string.rep('x', 73400320)
            local function hex(ms, seq)
              return string.format('%06x%05x%05x', math.floor(ms / 1048576), ms % 1048576, seq)
            end
            redis.call('HSET', key .. ':state', 'seq', seq)
            redis.call('XADD', key .. ':log:' .. topic, state[2] .. '-' .. seq, 'p', last, 'd', data)
            redis.call('HSET', key .. ':last', topic, state[2] .. '-' .. seq)
            local ms, before = string.match(last, '(%d+)-(%d+)')
            redis.call('PUBLISH', key .. ':live:' .. topic, '1e' .. state[1] .. hex(state[2], seq) .. hex(ms, before)
              .. '00ffffffff0000' .. data)
            """

        @Test(
            "its streams go on after it with a reset, on the connection that they have",
            arguments: ["pubsub 0 0 0", "pubsub 32mb 8mb 60"])
        func passedOver(limit: String) async throws {
            let arguments = ["client-output-buffer-limit \(limit)"]
            try await TestCluster.with(hubs: 2, redisConfiguration: arguments) { cluster in
                let fleet = SubscriberFleet(6, .init(topics: ["a", "b"], hubs: cluster.hubs))
                try await fleet.waitUntilOpen()
                let publisher = NumberedPublisher(cluster.clients)
                for topic in ["a", "b"] { await publisher.publish(5, to: topic) }
                try await fleet.waitUntilReceived(publisher.counted.acknowledged)
                _ = try cluster.redis.cli("EVAL", Self.script, "1", "hub:{0}", "a")
                try await waitUntil("everybody is told", within: Patience.duration(.seconds(30))) {
                    fleet.ledgers.allSatisfy { $0.resets.map(\.topic) == ["a"] }
                }
                try await cluster.waitUntilReady()
                for topic in ["a", "b"] { await publisher.publish(5, to: topic) }
                try await fleet.waitUntilReceived(publisher.counted.acknowledged)
                fleet.expectNothingWrong("an event of 70 MiB", publisher.counted.acknowledged, resets: true)
                #expect(fleet.ledgers.allSatisfy { $0.openings.count == 1 && $0.resets.count == 1 })
                // Who comes back later meets it in the log, and gets past it too.
                let late = SubscriberFleet(2, .init(topics: ["a", "b"], hubs: cluster.hubs))
                try await late.waitUntilReceived(publisher.counted.acknowledged)
                late.expectNothingWrong("those who come later", publisher.counted.acknowledged, resets: true)
                await late.stop()
                let before = try await self.reads(cluster)
                for topic in ["a", "b"] { await publisher.publish(1, to: topic) }
                try await fleet.waitUntilReceived(publisher.counted.acknowledged)
                #expect(try await self.reads(cluster) <= before + 4, "it is not read again and again")
                await fleet.stop()
            }
        }

        /// Reads of tails and pages of logs, by all hubs.
        private func reads(_ cluster: TestCluster) async throws -> Int {
            var sum = 0
            for hub in cluster.hubs {
                let text = try await HTTPConversation.with(hub) { conversation in
                    _ = try await conversation.get("/metrics")
                    return String(buffer: try await conversation.body())
                }
                for line in text.split(separator: "\n") {
                    guard line.hasPrefix("hub_tail_reads_total ") || line.hasPrefix("hub_page_reads_total ") else {
                        continue
                    }
                    sum += try #require(line.split(separator: " ").last.flatMap { Int($0) })
                }
            }
            return sum
        }
    }
}
