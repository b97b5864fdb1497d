import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

@Suite struct ForgettingTests {
    @Test func deletingKeepsTheLastOffset() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                try await member.subscribe(topic)
                #expect(try await !member.bus.delete(topic).get())
                let first = try await member.publish(topic, "x")
                #expect(try await member.bus.delete(topic).get())
                let page = try await member.tail(topic)
                #expect(page.entries.isEmpty && page.last == first.offset)
                let second = try await member.publish(topic, "y")
                #expect(second.offset > first.offset)
                #expect(try await member.tail(topic).base == first.offset)
                try await eventually("the deletion is told in its place") {
                    member.recorder.all.filter {
                        switch $0 {
                        case .appended, .deleted: true
                        default: false
                        }
                    } == [
                        .appended(first, topic, previous: page.floor, data: "x"), .deleted(topic, first.offset),
                        .appended(second, topic, previous: first.offset, data: "y"),
                    ]
                }
            }
        }
    }

    @Test func topicsPastTheirAgeAreRetired() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayAge: .milliseconds(400)) { member in
                let topic = try Topic("news")
                try await member.subscribe(topic)
                let last = try await member.publish(topic, "x")
                try await eventually("the retirement is told") {
                    member.recorder.all.contains(.retired(topic, last.offset))
                }
                let page = try await member.tail(topic)
                #expect(page.last == last.offset && page.entries.isEmpty)
                #expect(page.floor < last.offset)
                #expect(
                    try redis.cli("KEYS", "*").split(separator: "\n").sorted()
                        == ["hub:{0}:last", "hub:{0}:names", "hub:{0}:retired", "hub:{0}:state", "hub:{0}:topics"])
                let again = try await member.publish(topic, "y")
                #expect(again.offset > last.offset)
                try await eventually("the next event arrives") { member.recorder.events.last?.id == again }
                #expect(member.recorder.events.last?.previous == last.offset)
            }
        }
    }

    @Test func manyTopicsAreRetiredInSteps() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayAge: .milliseconds(500)) { member in
                let batch = try (0..<1_000).map { index in
                    try Publication(topics: [Topic("t\(index)")], data: EventData("x"))
                }
                _ = try await member.bus.publish(batch).get()
                try await eventually("all are retired") { try redis.cli("DBSIZE") == "5" }
                #expect(try await member.bus.topics(after: nil, limit: 10).get().isEmpty)
            }
        }
    }

    @Test func topicsInUseAreKeptEvenByAServerThatIsOutOfMemory() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let last = try await member.publish(Topic("busy"), "x").offset
                try await member.publish(Topic("old"), "x")
                try redis.forget("busy", last: last.streamID)
                try redis.forget("old", last: "5-0")
                try redis.cli("CONFIG", "SET", "maxmemory", "1")
                #expect(try await member.retire(["busy", "old"]) == 2)
                #expect(
                    try redis.cli("ZRANGE", "hub:{0}:topics", "0", "0", "WITHSCORES") == "busy\n\(last.milliseconds)")
                #expect(try redis.cli("EXISTS", "hub:{0}:log:busy", "hub:{0}:log:old") == "1")
            }
        }
    }
}

extension RedisServer {
    /// As if hours had passed since the topic was looked at, and its last event had been this one.
    fileprivate func forget(_ topic: String, last: String) throws {
        try self.cli("ZADD", "hub:{0}:topics", "5", topic)
        try self.cli("HSET", "hub:{0}:last", topic, last)
    }
}
