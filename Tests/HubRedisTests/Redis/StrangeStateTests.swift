import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

/// State that no hub has written counts as none: a new epoch begins at once, so that clients are told, and all goes on.
@Suite struct StrangeStateTests {
    private static let state = "hub:{0}:state"

    private static let states: [[String]] = [
        ["epoch", "ffffffffffffffff"],
        ["epoch", "fffffffffffffffe"],
        ["epoch", "FFFFFFFFFFFFFFFF"],
        ["epoch", "6610706BCF2A3CBD"],
        ["epoch", "6610706bcf2a3cbd0"],
        ["epoch", "6610706bcf2a3cb"],
        ["epoch", ""],
        ["ms", "17592186044415", "seq", "1048575"],
        ["ms", "017592186044"],
        ["ms", "1e9"],
        ["seq", "1048576"],
        ["floor", "01-0"],
        ["floor", "17592186044415-0"],
        ["floor", ""],
    ]

    @Test(arguments: Self.states) func aNewEpochBeginsAtOnce(fields: [String]) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let before = try await member.publish(topic, "before")
                try redis.cli(["HSET", Self.state] + fields)
                let after = try await member.publish(topic, "after")
                #expect(after.epoch > before.epoch && after.offset > before.offset)
                #expect(member.recorder.epochs == [before.epoch, after.epoch])
                #expect(try redis.cli("HGET", Self.state, "epoch") == after.epoch.description)
                // And another can follow it.
                member.bus.reportRollback(of: after.epoch)
                try await eventually("the next epoch is entered") { member.recorder.epochs.count == 3 }
                let last = try await member.publish(topic, "last")
                #expect(last.epoch > after.epoch)
                #expect(try await member.tail(topic).entries.last?.id == last)
                #expect(member.bus.status == .ready)
            }
        }
    }

    @Test func aClockThatNoneCanFollowIsNotTakenFromAHub() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let before = try await member.publish(topic, "before")
                // The tag is the reign's: one of another reign proves nothing.
                let tag = String(before.offset.tag << Offset.countBits | 1023, radix: 16)
                let clock = "fffffffffff" + String(repeating: "0", count: 5 - tag.count) + tag
                try redis.cli("PUBLISH", "hub:{0}:control", "1c\(before.epoch)\(clock)")
                try await eventually("a new epoch begins") { try await member.publish(topic, "x").epoch > before.epoch }
                let after = try await member.publish(topic, "after")
                #expect(member.recorder.epochs == [before.epoch, after.epoch], "one is enough")
            }
        }
    }

    @Test(arguments: Self.states) func aFunctionCallBeginsOneToo(fields: [String]) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                try await redis.functionsAreLoaded()
                let before = try await member.publish(Topic("news"), "before")
                try redis.cli(["HSET", Self.state] + fields)
                let answer = try redis.publish("news", "after")
                let after = try #require(EventID(answer), "\(answer)")
                #expect(after.epoch > before.epoch)
                try await eventually("the hub is told") { member.recorder.epochs.last == after.epoch }
            }
        }
    }

    @Test(arguments: ["state", "last", "topics", "names", "retired"])
    func aKeyOfAnotherTypeIsMadeAnew(name: String) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let (topic, other) = (try Topic("news"), try Topic("other"))
                let before = try await member.publish(topic, "before")
                try redis.cli("SET", "hub:{0}:\(name)", "text")
                try await eventually("a new topic can be published to, and a new epoch has begun") {
                    guard let id = try? await member.publish(other, "x") else { return false }
                    return id.epoch > before.epoch
                }
                let after = try await member.publish(topic, "after")
                try await member.ready()
                #expect(member.recorder.epochs == [before.epoch, after.epoch], "everybody is told, once")
                let page = try await member.tail(topic)
                #expect(page.entries.map(\.id) == [after] && page.base > before.offset)
                #expect(try await member.bus.topics(after: nil, limit: 10).get().map(\.topic) == [topic, other])
                #expect(try redis.cli("TYPE", "hub:{0}:\(name)") != "string")
            }
        }
    }

    @Test(arguments: ["last", "topics", "names", "retired"])
    func aKeyOfAnotherTypeIsMadeAnewWithoutAnyPublisher(name: String) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                try redis.cli("SET", "hub:{0}:\(name)", "text")
                try await eventually("a new epoch begins") { member.recorder.epochs.count == 2 }
                try await member.ready()
                #expect(try redis.cli("TYPE", "hub:{0}:\(name)") != "string")
            }
        }
    }

    /// What the scripts are tried with is nobody's, so nobody else would ever put it right.
    @Test(arguments: ["log", "key"]) func whatTheScriptsAreTriedWithIsMadeAnew(name: String) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                try redis.cli("RPUSH", "hub:{0}:\(name):", "x")
                try await eventually("it is gone") { try redis.cli("EXISTS", "hub:{0}:\(name):") == "0" }
                try await member.ready()
                #expect(member.recorder.epochs.count == 1)
            }
        }
    }

    @Test func aFunctionCallMakesAKeyAnewToo() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                try await redis.functionsAreLoaded()
                let before = try await member.publish(Topic("news"), "before")
                try redis.cli("SET", "hub:{0}:last", "text")
                let answer = try redis.publish("news", "after")
                let after = try #require(EventID(answer), "\(answer)")
                #expect(after.epoch > before.epoch)
            }
        }
    }
}
