import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

/// Somebody has deleted the last offset of a topic: no event that its log still holds is lost by that, and whoever may have
/// missed others is told.
@Suite struct LostOffsetTests {
    private static let (last, log) = ("hub:{0}:last", "hub:{0}:log:news")

    private static let losses: [[String]] = [
        ["DEL", Self.last],
        ["HDEL", Self.last, "news"],
        ["DEL", Self.last, Self.log],
        ["DEL", Self.last, "hub:{0}:names"],
        ["DEL", Self.last, "hub:{0}:names", "hub:{0}:topics", "hub:{0}:retired"],
    ]

    @Test(arguments: Self.losses) func noHoleIsSilent(loss: [String]) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                var ids: [EventID] = []
                for index in 0..<3 { ids.append(try await member.publish(topic, "\(index)")) }
                let clock = try await member.publish(Topic("other"), "x")
                try redis.cli(loss)
                let kept = loss.contains(Self.log) ? [] : ids
                try await member.expect(topic, kept, thenAGapUpTo: clock, since: ids[0])
                let next = try await member.publish(topic, "next")
                try await member.expect(topic, kept, thenAGapUpTo: clock, then: next, since: ids[0])
                let summary = try #require(try await member.bus.summary(of: topic).get())
                #expect(summary.latest == next && summary.eventCount == kept.count + 1)
                #expect(member.recorder.epochs.count == 1)
            }
        }
    }

    @Test(arguments: Self.losses) func noHoleIsSilentWhenAnApplicationPublishes(loss: [String]) async throws {
        try await withRedis { redis in
            try redis.cli(["ACL", "SETUSER", "app", "on", ">secret"] + LeastPrivilege.application)
            try await withMember(redis.endpoint) { member in
                try await redis.functionsAreLoaded()
                let topic = try Topic("news")
                let first = try await member.publish(topic, "0")
                let ids = [first, try await member.publish(topic, "1")]
                let clock = try await member.publish(Topic("other"), "x")
                try redis.cli(loss)
                let login = ["--user", "app", "--pass", "secret", "--no-auth-warning"]
                let answer = try redis.publish("news", "next", options: login)
                let next = try #require(EventID(answer), "\(answer)")
                let kept = loss.contains(Self.log) ? [] : ids
                try await member.expect(topic, kept, thenAGapUpTo: clock, then: next, since: first)
            }
        }
    }

    @Test func nothingIsSaidToBeMissingWhereTheClocksLastEventIsTheTopics() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let ids = [try await member.publish(topic, "0"), try await member.publish(topic, "1")]
                try redis.cli("DEL", Self.last)
                let next = try await member.publish(topic, "2")
                let page = try await member.bus.read(topic, .after(ids[0].offset), limit: 100).get()
                #expect(page.base == ids[0].offset && page.entries.map(\.id) == [ids[1], next])
            }
        }
    }

    @Test func whoListensIsNotToldThatHistoryWasLost() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                try await member.subscribe(topic)
                let before = try await member.publish(topic, "0")
                try redis.cli("DEL", Self.last)
                let next = try await member.publish(topic, "1")
                try await eventually("it arrives") { member.recorder.events.last?.id == next }
                #expect(member.recorder.events.last?.previous == before.offset)
            }
        }
    }

    @Test(arguments: [true, false]) func aRetiredTopicIsRememberedByItsPlaceInLine(isRead: Bool) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayAge: .milliseconds(300)) { member in
                let topic = try Topic("news")
                let last = try await member.publish(topic, "0")
                try await eventually("it is retired") { try redis.cli("ZCARD", "hub:{0}:retired") == "2" }
                let line = try redis.cli("ZRANGE", "hub:{0}:retired", "0", "-1", "WITHSCORES")
                try redis.cli("DEL", Self.last)
                if isRead {
                    #expect(try await member.tail(topic).base >= last.offset)
                    #expect(try redis.cli("ZRANGE", "hub:{0}:retired", "0", "-1", "WITHSCORES") == line)
                } else {
                    try await member.publish(topic, "1")
                    #expect(try await member.tail(topic).base >= last.offset)
                }
            }
        }
    }

    @Test(arguments: ["topics", "retired"]) func theFloorRisesWhenTheTopicIsForgotten(list: String) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let last = try await member.publish(topic, "0")
                try redis.cli("HDEL", Self.last, "news")
                // As if its first event had been long ago, or as if it had been pushed out of line.
                try redis.cli("ZADD", "hub:{0}:\(list)", "1", "news")
                if list == "retired" { try redis.cli("HSET", "hub:{0}:state", "retired", "10001") }
                #expect(try await member.retire(["news"]) == 1)
                #expect(try redis.cli("EXISTS", Self.log) == "0")
                let page = try await member.tail(topic)
                #expect(page.last == nil && page.floor >= last.offset)
                #expect(page.epoch == last.epoch)
            }
        }
    }

    @Test(arguments: [[Self.last], [Self.last, "hub:{0}:names"]])
    func theTopicCanBeDeletedAndTheDeletionIsTold(keys: [String]) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let last = try await member.publish(topic, "0")
                try redis.cli(["DEL"] + keys)
                #expect(try await (member.bus.summary(of: topic).get() == nil) == (keys.count == 2))
                #expect(try await member.bus.delete(topic).get())
                #expect(try redis.cli("EXISTS", Self.log) == "0")
                #expect(try await member.tail(topic).base >= last.offset)
                let next = try await member.publish(topic, "1")
                let page = try await member.tail(topic)
                #expect(page.entries.map(\.id) == [next] && page.base >= last.offset)
            }
        }
    }

    /// With the state, all last offsets go, and the logs stay: what they hold says nothing of the new epoch.
    @Test func aLogOfAnOlderHistoryIsNoTrace() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let (topic, other) = (try Topic("news"), try Topic("other"))
                try await member.publish(topic, "old")
                try redis.cli("DEL", "hub:{0}:state")
                let clock = try await member.publish(other, "x")
                let before = try await member.tail(topic)
                #expect(before.last == nil && before.entries.isEmpty && before.floor < clock.offset)
                let next = try await member.publish(topic, "new")
                let page = try await member.tail(topic)
                #expect(page.entries.map(\.id) == [next] && page.base == before.floor)
            }
        }
    }
}

extension TestMember {
    /// Expects a topic to hold these events without a gap, then a gap up to the clock, and then one more event, if any. All but
    /// the first are read as by a client that has seen the first.
    fileprivate func expect(
        _ topic: Topic, _ kept: [EventID], thenAGapUpTo clock: EventID, then next: EventID? = nil, since first: EventID
    ) async throws {
        var position = first.offset
        if !kept.isEmpty {
            let page = try await self.bus.read(topic, .after(position), limit: 100).get()
            #expect(page.base <= position && page.entries.map(\.id) == Array(kept.dropFirst()) && page.hasMore)
            position = page.entries.last?.offset ?? position
        }
        let page = try await self.bus.read(topic, .after(position), limit: 100).get()
        #expect(page.base == clock.offset && page.base > position, "whoever has seen no more is told")
        #expect(page.entries.map(\.id) == (next.map { [$0] } ?? []))
    }
}
