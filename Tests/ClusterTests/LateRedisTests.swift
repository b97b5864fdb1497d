import Foundation
import HubClient
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

extension ClusterTests {
    @Suite("When Redis comes after the first clients")
    struct LateRedisTests {
        @Test("what was published since the head of their answer comes, or they are told")
        func latest() async throws {
            try await TestCluster.with(hubs: 2, startsRedis: false) { cluster in
                let hub = cluster.hubs[0]
                let blocks = try await HTTPConversation.with(hub) { conversation in
                    let head = try await conversation.get("/sse?topic=a&topic=b")
                    #expect(head.status == .ok && head.headers["Hub-Replay"].isEmpty, "nothing is known yet")
                    // The first hub meets Redis only after the event.
                    hub.signal(SIGSTOP)
                    try await cluster.redis.start()
                    try await waitUntil("the other hub is ready") {
                        await cluster.clients[1].health().allSatisfy(\.isReady)
                    }
                    try await cluster.clients[1].publish(batch: [Publication(topic: "a", data: "early")])
                    hub.signal(SIGCONT)
                    try await cluster.waitUntilReady()
                    try await cluster.clients[1].publish(batch: [Publication(topic: "a", data: "late")])
                    return try await Self.blocks(of: &conversation, through: "late")
                }
                let told = blocks.filter { $0.event == "hub.reset" }.compactMap { $0.data.map { String(buffer: $0) } }
                #expect(told.count == 2, "one for each topic")
                #expect(told.allSatisfy { $0.contains(#""reason":"lost""#) && $0.contains(#""requested":"latest""#) })
                let data = blocks.filter { $0.event == "message" }.compactMap { $0.data.map { String(buffer: $0) } }
                #expect(data == ["early", "late"])
            }
        }

        private static func blocks(
            of conversation: inout HTTPConversation, through last: String
        ) async throws -> [StreamBlock] {
            var reader = StreamBlockReader()
            var blocks: [StreamBlock] = []
            while let bytes = try await conversation.nextBytes() {
                reader.append(bytes)
                while let block = reader.next() {
                    blocks.append(block)
                    if block.data.map({ String(buffer: $0) }) == last { return blocks }
                }
            }
            return blocks
        }
    }
}
