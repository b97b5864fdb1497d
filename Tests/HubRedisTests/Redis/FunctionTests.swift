import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubRedis

@Suite struct FunctionTests {
    private static let refused: [[String]] = [
        ["", "x"], ["$sys", "x"], ["a\u{7}b", "x"], ["a\u{85}b", "x"], ["*", "x"], ["a/*", "x"],
        [String(repeating: "t", count: 513), "x"],
        ["t", "x", "hub.reset"], ["t", "x", "hub.\u{301}"], ["t", "x", "a\nb"],
        ["t", "x", String(repeating: "n", count: 257)],
        ["t", "x", "", "-1"], ["t", "x", "", "86400001"], ["t", "x", "", "1e3"], ["t", "x", "", "1.5"],
    ]
    private static let accepted: [[String]] = [
        [String(repeating: "t", count: 512), ""], ["*a", "x"], ["é{}\u{A0}", "x"], ["t", "x", "", ""],
        ["t", "x", "", "86400000"], ["t", "x", String(repeating: "n", count: 256)],
    ]
    private static let samples: [(bytes: [UInt8], isText: Bool)] = [
        ([0xFF], false), ([0xC0, 0x80], false), ([0xC2], false), ([0xC2, 0x41, 0x80], false), ([0x80], false),
        ([0xED, 0xA0, 0x80], false), ([0xE0, 0x80, 0x80], false), ([0xF4, 0x90, 0x80, 0x80], false),
        ([0xF0, 0x8F, 0xBF, 0xBF], false), ([0xF0, 0x9F, 0x98], false), ([0xE2, 0x82, 0xAC], true),
        ([0xF0, 0x9F, 0x98, 0x80], true), ([0xF4, 0x8F, 0xBF, 0xBF], true), ([0xEF, 0xBF, 0xBF], true),
        ([0x41, 0xC3, 0xA9, 0x0A], true),
    ]

    @Test func itPublishesLikeAHub() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint, replayCount: 3) { member in
                try await redis.functionsAreLoaded()
                let topic = try Topic("news")
                try await member.subscribe(topic)
                let first = try await member.publish(topic, "x")
                let second = try #require(EventID(try redis.publish("news", "a\r\nb\rc")))
                let third = try #require(EventID(try redis.publish("news", "é", "näme", "500")))
                let fourth = try await member.publish(topic, "y")
                let page = try await member.tail(topic)
                #expect(page.entries.map(\.id) == [second, third, fourth])
                #expect(page.entries.map(\.previous) == [first.offset, second.offset, third.offset])
                #expect(page.entries[0].data.text == "a\nb\nc")
                #expect(page.entries[1].name == "näme" && page.entries[1].retry == 500)
                try await eventually("all arrive") {
                    member.recorder.events.map(\.id) == [first, second, third, fourth]
                }
            }
        }
    }

    @Test func itChecksAsTheHubsDo() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { _ in
                try await redis.functionsAreLoaded()
                for call in Self.refused {
                    let answer = try redis.cli(["FCALL", "hub_publish", "1", "hub:{0}"] + call)
                    #expect(answer.hasPrefix("ERR hub: "), "\(call): \(answer)")
                    #expect((try? self.publication(call)) == nil, "\(call)")
                }
                for call in Self.accepted {
                    let answer = try redis.cli(["FCALL", "hub_publish", "1", "hub:{0}"] + call)
                    #expect(EventID(answer) != nil, "\(call): \(answer)")
                }
                #expect(try redis.cli("FCALL", "hub_publish", "1", "hub", "t", "x").hasPrefix("ERR hub: "))
                #expect(try redis.cli("EXISTS", "hub:state") == "0")
            }
        }
    }

    @Test func bytesThatAreNotUTF8AreRefused() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                try await redis.functionsAreLoaded()
                for sample in Self.samples {
                    let command = ["-x", "FCALL", "hub_publish", "1", "hub:{0}", "t"]
                    let answer = try redis.cli(command, input: sample.bytes)
                    #expect((EventID(answer) != nil) == sample.isText, "\(sample): \(answer)")
                    #expect((String(validating: sample.bytes, as: UTF8.self) != nil) == sample.isText)
                }
                #expect(try await member.tail(Topic("t")).entries.count == 5)
            }
        }
    }

    @Test func itIsLoadedAgainWhenItIsGone() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                try await redis.functionsAreLoaded()
                try redis.cli("FUNCTION", "FLUSH")
                try redis.cli("CLIENT", "KILL", "TYPE", "normal")
                try await redis.functionsAreLoaded()
                try await member.ready()
            }
        }
    }

    @Test func membersThatStartAtOnceAllFindIt() async throws {
        try await withRedis { redis in
            for _ in 1...5 {
                try redis.cli("FUNCTION", "FLUSH")
                let members = try (1...4).map { _ in try TestMember(redis.endpoint) }
                members.forEach { $0.start() }
                for member in members {
                    try await member.ready()
                    // Each takes a turn after what the member asked before, so that its answers are there.
                    for _ in 1...4 { try await member.publish(Topic("t"), "x") }
                }
                for member in members { try await member.bus.shutdown().get() }
                let lines: [String] = members.flatMap { $0.log.all }
                #expect(!lines.contains { $0.contains("FCALL") }, "\(lines)")
            }
        }
    }

    @Test func aNewerLibraryStays() async throws {
        try await withRedis { redis in
            let newer = """
                #!lua name=hub
                redis.register_function('hub_publish', function() return 'newer' end)
                redis.register_function('hub_version', function() return \(FunctionLibrary.version + 1) end)
                """
            try redis.cli("FUNCTION", "LOAD", newer)
            try await withMember(redis.endpoint) { member in
                try await member.publish(Topic("t"), "x")
                #expect(try redis.cli("FCALL", "hub_publish", "1", "hub:{0}", "t", "x") == "newer")
            }
            let older = newer.replacing("\(FunctionLibrary.version + 1)", with: "\(FunctionLibrary.version - 1)")
            try redis.cli("FUNCTION", "LOAD", "REPLACE", older)
            try await withMember(redis.endpoint) { _ in
                try await eventually("the library is replaced") {
                    EventID(try redis.cli("FCALL", "hub_publish", "1", "hub:{0}", "t", "x")) != nil
                }
            }
        }
    }

    private func publication(_ call: [String]) throws -> Publication {
        try Publication(
            topics: [Topic(call[0])], name: call.count > 2 && !call[2].isEmpty ? EventName(call[2]) : nil,
            data: EventData(call[1]), retry: call.count > 3 ? RetryHint(milliseconds: Int(call[3]) ?? -1) : nil)
    }

    @Test func anEventThatIsTooLargeIsRefused() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                try await redis.functionsAreLoaded()
                let publish = ["-x", "FCALL", "hub_publish", "1", "hub:{0}", "news"]
                let largest = [UInt8](repeating: 120, count: 32 << 20)
                let answer = try redis.cli(publish, input: largest + [120])
                #expect(answer.contains("ERR hub: the data must be at most 33554432 bytes"), "\(answer)")
                #expect(try await member.tail(Topic("news")).last == nil)
                #expect(try redis.cli(publish, input: largest).utf8.count == 33)
                // What the hubs refuse over HTTP, the function refuses.
                try redis.cli("HSET", "hub:{0}:state", "max", "10")
                #expect(try redis.publish("news", "12345678901").contains("ERR hub: the data must be at most 10 bytes"))
                #expect(try redis.publish("news", "1234567890").utf8.count == 33)
            }
        }
    }
}
