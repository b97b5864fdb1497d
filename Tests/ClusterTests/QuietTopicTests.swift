import Foundation
import HubClient
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

extension ClusterTests {
    @Suite("When topics are quiet for longer than their events are kept")
    struct QuietTopicTests {
        private struct Batch: Decodable {
            struct Reset: Decodable {
                let topic: String
                let reason: String
            }
            let cursor: String
            let resets: [Reset]?
        }

        @Test("whoever has read them is told nothing, whoever missed their last event is, once")
        func quiet() async throws {
            try await TestCluster.with(hubs: 3, hubArguments: ["--replay-age", "1s"]) { cluster in
                let (first, others) = (cluster.hubs[0], cluster.hubs.dropFirst())
                try await Self.publish("read", in: cluster)
                try await Self.publish("missed", in: cluster)
                var read = try await Self.poll(first, "topic=read&cursor=earliest").cursor
                let missed = try await Self.poll(first, "topic=missed&cursor=earliest").cursor
                try await Self.publish("missed", in: cluster)
                // Each of these members hears of the topics for the first time, as after a while without anybody who listens.
                for hub in others {
                    try await Self.publish("busy", in: cluster)
                    try await waitUntil("all topics are retired") {
                        try cluster.redis.cli("ZCARD", "hub:{0}:names") == "1"
                    }
                    let quiet = try await Self.poll(hub, "topic=read&cursor=\(read)")
                    #expect(quiet.resets == nil, "\(quiet)")
                    read = quiet.cursor
                    let told = try await Self.poll(hub, "topic=missed&cursor=\(missed)")
                    #expect(told.resets?.map(\.reason) == ["trimmed"], "\(told)")
                    let again = try await Self.poll(hub, "topic=missed&cursor=\(told.cursor)")
                    #expect(again.resets == nil, "\(again)")
                }
            }
        }

        private static func publish(_ topic: String, in cluster: TestCluster) async throws {
            _ = try await cluster.clients[0].publish(batch: [Publication(topic: topic, data: "x")])
        }

        private static func poll(_ hub: HubProcess, _ query: String) async throws -> Batch {
            try await HTTPConversation.with(hub) { conversation in
                let head = try await conversation.get("/poll?\(query)")
                #expect(head.status == .ok)
                return try JSONDecoder().decode(Batch.self, from: Data(try await conversation.body().readableBytesView))
            }
        }
    }
}
