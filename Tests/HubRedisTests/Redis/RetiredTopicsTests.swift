import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

/// What is known of topics whose events have all passed their age.
@Suite struct RetiredTopicsTests {
    private static let state = "hub:{0}:state"
    /// Both at one moment: a topic may pass its age between two commands.
    private static let isListedOnce = """
        local inUse = redis.call('ZSCORE', KEYS[1] .. ':names', 'news')
        local retired = redis.call('ZSCORE', KEYS[1] .. ':retired', 'news')
        return (inUse and 1 or 0) + (retired and 1 or 0)
        """

    @Test func eachIsKnownToBeCompleteUpToItsOwnLastEvent() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayAge: .milliseconds(300)) { member in
                let (quiet, other) = (try Topic("quiet"), try Topic("other"))
                let before = try await member.publish(quiet, "1")
                let last = try await member.publish(quiet, "2")
                for round in 0..<3 {
                    let busy = try await member.publish(other, "\(round)")
                    try await eventually("both are retired") { try redis.cli("ZCARD", "hub:{0}:names") == "1" }
                    let page = try await member.tail(quiet)
                    #expect(page.base == last.offset, "whoever has its last event misses nothing, in round \(round)")
                    #expect(page.base > before.offset, "whoever has not is told")
                    #expect(try await member.tail(other).base == busy.offset)
                }
                #expect(try await member.bus.summary(of: quiet).get() == nil)
                #expect(try await !member.bus.delete(quiet).get())
            }
        }
    }

    @Test func oneThatIsBackGoesOnWhereItEnded() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayAge: .milliseconds(300)) { member in
                let topic = try Topic("news")
                let last = try await member.publish(topic, "1")
                try await member.retired(topic, in: redis)
                let next = try await member.publish(topic, "2")
                let page = try await member.tail(topic)
                if let first = page.entries.first {
                    #expect(first.id == next && first.previous == last.offset && page.entries.count == 1)
                }
                #expect(
                    try redis.cli("EVAL", Self.isListedOnce, "1", "hub:{0}") == "1", "it is in use or retired, not both"
                )
                try await member.retired(topic, in: redis)
                #expect(try await member.tail(topic).base == next.offset)
                #expect(try redis.cli("ZRANGE", "hub:{0}:retired", "0", "0", "WITHSCORES") == "news\n2")
            }
        }
    }

    @Test func soManyAreRememberedAndTheFloorStandsForTheOthers() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayAge: .milliseconds(500)) { member in
                let count = 10_300
                var ids: [EventID] = []
                for start in stride(from: 0, to: count, by: 100) {
                    let batch = try (start..<start + 100).map { index in
                        try Publication(topics: [Topic("t\(index)")], data: EventData("x"))
                    }
                    ids += try await member.bus.publish(batch).get().map(\.id)
                }
                try await eventually("all are retired", seconds: 30) {
                    try redis.cli("ZCARD", "hub:{0}:topics") == "1"
                }
                let remembered = try redis.cli("ZCARD", "hub:{0}:retired")
                // One that is no topic keeps the key.
                #expect((9_000...10_001).contains(Int(remembered) ?? 0), "\(remembered)")
                #expect(try redis.cli("HLEN", "hub:{0}:last") == remembered)
                var forgotten = 0
                for index in stride(from: 0, to: count, by: 10) {
                    let page = try await member.tail(Topic("t\(index)"))
                    if page.last == nil { forgotten += 1 }
                    #expect(page.last ?? page.floor >= ids[index].offset, "nothing is claimed that is not proved")
                }
                #expect(forgotten > 0)
                #expect(try await member.tail(Topic("t\(count - 1)")).base == ids[count - 1].offset)
            }
        }
    }

    @Test func oneThatIsPushedOutOfLineIsForgotten() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayAge: .milliseconds(300)) { member in
                let topic = try Topic("news")
                try await member.subscribe(topic)
                let last = try await member.publish(topic, "1")
                try await member.retired(topic, in: redis)
                try redis.cli("HSET", Self.state, "retired", "10001")
                try await eventually("it is forgotten") { try redis.cli("ZCARD", "hub:{0}:retired") == "1" }
                let page = try await member.tail(topic)
                #expect(page.last == nil && page.floor == last.offset)
                let next = try await member.publish(topic, "2")
                try await eventually("the next event arrives") { member.recorder.events.last?.id == next }
                #expect(member.recorder.events.last?.previous == last.offset)
                #expect(member.recorder.count { $0 == .retired(topic, last.offset) } >= 2, "the hubs are told again")
            }
        }
    }

    /// A hub of an older release knows nothing of the line: the topic is there, in the line, and in no list.
    @Test(arguments: [true, false]) func oneThatAnOlderHubHasBroughtBackIsListedAgain(byPublishing: Bool) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayAge: .milliseconds(300)) { member in
                let topic = try Topic("news")
                let last = try await member.publish(topic, "1")
                try await member.retired(topic, in: redis)
                // Far ahead, so that it does not pass its age in this test.
                let later = "\(last.offset.milliseconds + 3_600_000)"
                try redis.cli("HSET", Self.state, "ms", later, "seq", "9")
                try redis.cli("XADD", "hub:{0}:log:news", "\(later)-1", "p", last.offset.streamID, "d", "2")
                try redis.cli("HSET", "hub:{0}:last", "news", "\(later)-1")
                if byPublishing {
                    try redis.cli("HSET", "hub:{0}:last", "news", last.offset.streamID)
                    try await member.publish(topic, "3")
                } else {
                    try redis.cli("HSET", Self.state, "retired", "10001")
                }
                try await eventually("it is listed") { try await member.bus.summary(of: topic).get() != nil }
                #expect(try redis.cli("ZCARD", "hub:{0}:retired") == "1")
                #expect(try redis.cli("ZCARD", "hub:{0}:topics") == "2")
            }
        }
    }

    @Test func nothingOfThemIsLeftWhenTheStateIsLost() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayAge: .milliseconds(300)) { member in
                let topic = try Topic("news")
                let last = try await member.publish(topic, "1")
                try await member.retired(topic, in: redis)
                try redis.cli("DEL", Self.state)
                let page = try await member.tail(topic)
                #expect(page.last == nil && page.floor > last.offset && page.epoch > last.epoch)
                #expect(
                    try redis.cli("ZCARD", "hub:{0}:retired") == "1" && redis.cli("EXISTS", "hub:{0}:log:news") == "0")
            }
        }
    }
}

extension TestMember {
    /// Waits until a topic is remembered only.
    fileprivate func retired(_ topic: Topic, in redis: RedisServer) async throws {
        try await eventually("\(topic) is retired") { try redis.cli("ZSCORE", "hub:{0}:names", topic.name).isEmpty }
    }
}
