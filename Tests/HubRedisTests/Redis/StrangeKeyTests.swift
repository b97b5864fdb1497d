import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

/// Whatever somebody has made of idempotency keys, or of what they are judged by, publishing goes on, and keys count.
@Suite struct StrangeKeyTests {
    private static let key = "hub:{0}:key:k"

    @Test(arguments: [["HSET", Self.key, "a", "b"], ["RPUSH", Self.key, "x"], ["SET", Self.key, "text"]])
    func aKeyThatIsNoneIsMadeAnew(write: [String]) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                try redis.cli(write)
                let publications = try ["other", "k"].map {
                    try Publication(topics: [topic], data: EventData("x"), key: IdempotencyKey($0))
                }
                let first = try await member.bus.publish(publications).get()
                let second = try await member.bus.publish(publications).get()
                #expect(first.map(\.isRepeat) == [false, false] && second.map(\.isRepeat) == [true, true])
                #expect(first.map(\.id) == second.map(\.id))
                #expect(try #require(Int(try redis.cli("PTTL", Self.key))) > 0)
                #expect(member.recorder.epochs.count == 1 && member.bus.status == .ready)
            }
        }
    }

    /// The id of a key is changed by its parts: milliseconds, and a text in place of the epoch.
    @Test(arguments: [(later: -600_001, epoch: nil), (5_000, nil), (0, "FFFF000000000000"), (0, "6610706BCF2A3CBD")])
    func aKeyWithAnIDThatCannotBeItsOwnCountsNoMore(later: Int, epoch: String?) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let first = try await member.publish(topic, "x", key: "k")
                let milliseconds = UInt64(Int(first.offset.milliseconds) + later)
                let offset = String(milliseconds << 20, radix: 16).leftPadded(to: 16)
                // Without a time to live.
                try redis.cli("SET", Self.key, "\(epoch ?? first.epoch.description)-\(offset)")
                let second = try await member.publish(topic, "x", key: "k")
                #expect(second.offset > first.offset && second.epoch == first.epoch)
                #expect(try await member.publish(topic, "x", key: "k") == second)
                #expect(try #require(Int(try redis.cli("PTTL", Self.key))) > 0)
            }
        }
    }

    @Test(arguments: ["17000000000000-0", "17592186044415-1048575", "nonsense", ""])
    func keysCountWhateverIsSaidOfAClockThatWasPutBack(back: String) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let before = try await member.publish(topic, "x", key: "before")
                try redis.cli("HSET", "hub:{0}:state", "back", back)
                #expect(try await member.publish(topic, "x", key: "before") == before)
                let after = try await member.publish(topic, "x", key: "after")
                #expect(try await member.publish(topic, "x", key: "after") == after)
                #expect(try redis.cli("HGET", "hub:{0}:state", "back") != "17000000000000-0", "it is not kept")
                // And a clock that really is put back is noted.
                try redis.cli("HSET", "hub:{0}:state", "ms", "\(after.offset.milliseconds + 3_600_000)")
                #expect(try await member.publish(topic, "x", key: "after") != after)
            }
        }
    }
}

extension String {
    fileprivate func leftPadded(to count: Int) -> String {
        String(repeating: "0", count: count - self.utf8.count) + self
    }
}
