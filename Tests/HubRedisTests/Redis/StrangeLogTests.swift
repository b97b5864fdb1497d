import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

/// Whatever somebody else has written to the hub's keys, a topic goes on, and its pages show that something is missing.
@Suite struct StrangeLogTests {
    /// Reads a topic from the beginning to the end, in pages.
    private func pages(_ member: TestMember, _ topic: Topic, limit: Int = 3) async throws -> [LogPage] {
        var pages: [LogPage] = []
        var position = Offset.zero
        while true {
            let page = try await member.bus.read(topic, .after(position), limit: limit).get()
            pages.append(page)
            #expect(pages.count < 50, "the same is read again and again")
            guard page.hasMore, let last = page.entries.last, pages.count < 50 else { return pages }
            position = last.offset
        }
    }

    private static let writes: [[String]] = [
        ["XADD", "hub:{0}:log:news", "*", "foo", "bar"],
        ["XADD", "hub:{0}:log:news", "*", "p", "0-0", "d", "by hand"],
        ["XADD", "hub:{0}:log:news", "*", "p", "nonsense", "d", "x"],
        ["XADD", "hub:{0}:log:news", "*", "p", "0-0", "d", "x", "e", "a\nid: 1"],
        ["XADD", "hub:{0}:log:news", "17592186044414-0", "foo", "bar"],
        ["XADD", "hub:{0}:log:news", "18446744073709551615-18446744073709551615", "foo", "bar"],
        ["DEL", "hub:{0}:log:news"],
        ["SET", "hub:{0}:log:news", "text"],
        ["HSET", "hub:{0}:last", "news", "nonsense"],
        ["HSET", "hub:{0}:last", "news", "17592186044414-0"],
        ["HSET", "hub:{0}:last", "news", "007-0"],
        ["HSET", "hub:{0}:state", "floor", "nonsense"],
        ["HSET", "hub:{0}:state", "ms", "-1"],
        ["HSET", "hub:{0}:state", "epoch", "nonsense"],
        ["HSET", "hub:{0}:state", "fork", "x", "resume", "y"],
        ["HSET", "hub:{0}:state", "fork", "01-0", "resume", "02-0"],
        ["HSET", "hub:{0}:state", "count", "-5", "age", "soon", "max", "none"],
        ["ZADD", "hub:{0}:names", "0", "\u{1}", "0", ""],
        ["ZADD", "hub:{0}:topics", "1", "nobody", "1", ""],
    ]

    @Test(arguments: Self.writes) func aTopicGoesOn(write: [String]) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                for index in 0..<4 { try await member.publish(topic, "\(index)") }
                let answer = try redis.cli(write)
                #expect(!answer.contains("ERR"), "\(answer)")
                _ = try await member.tail(topic)
                for index in 4..<8 { try await member.publish(topic, "\(index)") }
                let pages = try await self.pages(member, topic)
                var last = Offset.zero
                for event in pages.flatMap(\.entries) {
                    #expect(event.offset > last)
                    last = event.offset
                }
                let data = pages.flatMap(\.entries).map(\.data.text)
                #expect(data.suffix(4) == ["4", "5", "6", "7"], "\(data)")
                let tail = try await member.tail(topic)
                #expect(tail.entries.last?.data.text == "7" && tail.last == tail.entries.last?.offset)
                for (left, right) in zip(tail.entries, tail.entries.dropFirst()) {
                    #expect(right.previous == left.offset)
                }
                #expect(try await member.bus.topics(after: nil, limit: 10).get().map(\.topic) == [topic])
                #expect(member.bus.status == .ready)
            }
        }
    }

    private static let entries: [[String]] = [
        ["d", "junk"], ["p", "nonsense", "d", "junk"], ["p", "17592186044414-0", "d", "junk"], ["p", "0-0"],
    ]

    @Test(arguments: Self.entries)
    func anEntryThatNamesNoPreviousEventIsAGap(fields: [String]) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                let before = try await member.publish(topic, "before")
                // The clock goes with it, so that the next event comes after it even in the same millisecond.
                let (clock, sequence) = (before.offset.milliseconds, before.offset.sequence + 1)
                let junk = "\(clock)-\(sequence)"
                try redis.cli(["XADD", "hub:{0}:log:news", junk] + fields)
                try redis.cli("HSET", "hub:{0}:state", "ms", "\(clock)", "seq", "\(sequence)")
                let after = try await member.publish(topic, "after")
                let pages = try await self.pages(member, topic)
                #expect(pages.map { $0.entries.map(\.id) } == [[before], [after]])
                #expect(pages.last?.base.streamID == junk, "what is before the gap is not known to be complete")
                let tail = try await member.tail(topic)
                #expect(tail.entries.map(\.id) == [after] && tail.base.streamID == junk)
            }
        }
    }

    @Test func aGapInTheLogIsAtThePagesBeginning() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                var ids: [EventID] = []
                for index in 0..<6 { ids.append(try await member.publish(topic, "\(index)")) }
                for index in [2, 5] { try redis.cli("XDEL", "hub:{0}:log:news", ids[index].offset.streamID) }
                let first = try await member.bus.read(topic, .after(.zero), limit: 100).get()
                #expect(first.entries.map(\.id) == Array(ids[0...1]) && first.hasMore)
                let second = try await member.bus.read(topic, .after(ids[1].offset), limit: 100).get()
                #expect(second.base == ids[2].offset && second.entries.map(\.id) == Array(ids[3...4]) && second.hasMore)
                let third = try await member.bus.read(topic, .after(ids[4].offset), limit: 100).get()
                #expect(third.base == ids[5].offset && third.entries.isEmpty && !third.hasMore)
            }
        }
    }

    @Test func anEventThatIsTooLargeIsPassedOver() async throws {
        try await withRedis(["client-output-buffer-limit pubsub 0 0 0"]) { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                try await member.subscribe(topic)
                let before = try await member.publish(topic, "before")
                // What a library of an older release does with FCALL.
                let clock = before.offset.milliseconds
                let huge = [UInt8](repeating: 120, count: 70 << 20)
                let id = "\(clock)-\(before.offset.sequence + 1)"
                try redis.cli(
                    ["-x", "XADD", "hub:{0}:log:news", id, "p", before.offset.streamID, "d"], input: huge)
                try redis.cli("HSET", "hub:{0}:last", "news", id)
                try redis.cli("HSET", "hub:{0}:state", "ms", "\(clock)", "seq", "\(before.offset.sequence + 1)")
                try redis.cli(["-x", "PUBLISH", "hub:{0}:live:news"], input: huge)
                try await eventually("the topic is suspect") { member.recorder.all.contains(.lost) }
                let after = try await member.publish(topic, "after")
                let page = try await member.bus.read(topic, .after(before.offset), limit: 100).get()
                #expect(page.entries.map(\.id) == [after] && page.base.streamID == id)
                let tail = try await member.tail(topic)
                #expect(tail.entries.map(\.id) == [after] && tail.base.streamID == id)
                #expect(member.bus.reconnects == (0, 0))
                #expect(member.bus.status == .ready)
            }
        }
    }

    @Test func aRowOfLargeEventsIsPassedOverCallByCall() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                try await member.publish(topic, "before")
                try redis.cli("DEL", "hub:{0}:log:news")
                for index in 1...5 {
                    try redis.cli(
                        ["-x", "XADD", "hub:{0}:log:news", "\(index)-0", "d"],
                        input: [UInt8](repeating: 120, count: 33 << 20))
                }
                let after = try await member.publish(topic, "after")
                let page = try await member.bus.read(topic, .after(.zero), limit: 2).get()
                #expect(page.entries.map(\.id) == [after])
                #expect(member.bus.reconnects == (0, 0))
            }
        }
    }
}
