import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubRedis

@Suite struct ReadingTests {
    @Test func pagesJoinWithoutAHole() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                var ids: [EventID] = []
                for index in 0..<100 { ids.append(try await member.publish(topic, "\(index)")) }
                var position = Offset.zero
                var read: [EventID] = []
                while true {
                    let page = try await member.bus.read(topic, .after(position), limit: 7).get()
                    if let last = read.last { #expect(page.base == last.offset) }
                    #expect(page.clock == ids.last?.offset)
                    read += page.entries.map(\.id)
                    guard page.hasMore, let last = page.entries.last else { break }
                    position = last.offset
                }
                #expect(read == ids)
                let tail = try await member.tail(topic, limit: 10)
                #expect(tail.entries.map(\.id) == Array(ids.suffix(10)))
                #expect(tail.hasMore)
                #expect(tail.base == ids[89].offset)
                let beyond = try await member.bus.read(topic, .after(.maximum), limit: 10).get()
                #expect(beyond.entries.isEmpty && beyond.last == ids.last?.offset)
            }
        }
    }

    @Test func pagesAreBoundedInBytes() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("large")
                for _ in 0..<20 { try await member.publish(topic, String(repeating: "x", count: 400_000)) }
                try await member.publish(topic, String(repeating: "x", count: 3_000_000))
                let first = try await member.bus.read(topic, .after(.zero), limit: 100).get()
                #expect(first.entries.count == 2 && first.hasMore)
                let tail = try await member.tail(topic)
                #expect(tail.entries.count == 1 && tail.hasMore)
                #expect(tail.entries[0].data.bytes.count == 3_000_000)
            }
        }
    }

    @Test func aTopicThatIsNotThereHasAFloor() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let page = try await member.tail(Topic("nothing"))
                #expect(page.last == nil && page.entries.isEmpty && !page.hasMore)
                #expect(page.base == page.floor && page.floor <= page.clock)
            }
        }
    }

    @Test func topicsAreListedByTheBytesOfTheirNames() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let names = (0..<230).map { "t\($0)" } + ["a", "é", "Z", "z[", "(x"]
                for name in names { try await member.publish(Topic(name), "x") }
                let all = try await member.bus.topics(after: nil, limit: 1_000).get()
                let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                #expect(all.map(\.topic.name) == sorted)
                let some = try await member.bus.topics(after: Topic(sorted[10]), limit: 150).get()
                #expect(some.map(\.topic.name) == Array(sorted[11..<161]))
                #expect(try await member.bus.topics(after: Topic("zzz"), limit: 5).get().map(\.topic.name) == ["é"])
            }
        }
    }

    @Test func aTopicIsSummarised() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayCount: 2) { member in
                let topic = try Topic("news")
                #expect(try await member.bus.summary(of: topic).get() == nil)
                var ids: [EventID] = []
                for _ in 0..<3 { ids.append(try await member.publish(topic, "x")) }
                let summary = try #require(try await member.bus.summary(of: topic).get())
                #expect(summary == TopicSummary(topic: topic, eventCount: 2, oldest: ids[1], latest: ids[2]))
                #expect(try await member.bus.delete(topic).get())
                let empty = try #require(try await member.bus.summary(of: topic).get())
                #expect(empty == TopicSummary(topic: topic, eventCount: 0, oldest: nil, latest: ids[2]))
            }
        }
    }
}
