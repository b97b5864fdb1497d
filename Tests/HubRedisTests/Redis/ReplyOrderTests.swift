import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

/// A reply that is missing, or comes twice, never becomes the answer to something else.
@Suite struct ReplyOrderTests {
    private let timeouts = RedisTimeouts(
        connect: .milliseconds(Patience.milliseconds(1_000)), command: .milliseconds(Patience.milliseconds(1_000)),
        liveness: .milliseconds(Patience.milliseconds(1_000)))

    private func withProxy(_ body: (RedisServer, ReplyProxy, TestMember) async throws -> Void) async throws {
        try await withRedis { redis in
            let proxy = try await ReplyProxy(to: redis.socket)
            defer { proxy.stop() }
            let endpoint = try RedisEndpoint("redis://127.0.0.1:\(proxy.port)")
            try await withMember(endpoint, timeouts: self.timeouts) { try await body(redis, proxy, $0) }
        }
    }

    @Test(arguments: [0, 2], [0, 1, 2, 5]) func commandsGetTheirOwnReplies(copies: Int, passes: Int) async throws {
        try await self.withProxy { redis, proxy, member in
            let topics = try (0..<8).map { try Topic("t\($0)") }
            for topic in topics { try await self.publish(topic, "first", on: member) }
            proxy.strike(ReplyProxy.Fault(connection: "hub-commands", passes: passes, copies: copies))
            // Reads of as many topics: a reply that is another's would show another number of events.
            for (count, topic) in topics.enumerated() {
                for index in 0..<count { _ = try? await member.publish(topic, "\(index)", key: "\(topic)-\(index)") }
            }
            try await eventually("the fault has happened") { proxy.hasStruck }
            for (count, topic) in topics.enumerated() {
                for index in 0..<count {
                    try await self.publish(topic, "\(index)", on: member)
                }
            }
            for (count, topic) in topics.enumerated() {
                var data: [String] = []
                try await eventually("\(topic) is read") {
                    data = (try? await member.tail(topic))?.entries.map(\.data.text) ?? []
                    return !data.isEmpty
                }
                #expect(data.sorted() == (0..<count).map(String.init) + ["first"], "each once")
            }
        }
    }

    /// Repeats it until it is answered.
    private func publish(_ topic: Topic, _ data: String, on member: TestMember) async throws {
        try await eventually("\(topic) has event \(data)") {
            (try? await member.publish(topic, data, key: "\(topic)-\(data)")) != nil
        }
    }

    @Test(arguments: [0, 2]) func whatWaitsIsUnknownAtOnce(copies: Int) async throws {
        try await self.withProxy { redis, proxy, member in
            let topic = try Topic("news")
            try await self.publish(topic, "first", on: member)
            var failures = 0
            for round in 0..<3 {
                proxy.strike(ReplyProxy.Fault(connection: "hub-commands", beginning: "*", copies: copies))
                do {
                    try await member.publish(topic, "\(round)", key: "\(topic)-\(round)")
                } catch let error as BusError {
                    #expect(error.isUnknown)
                    failures += 1
                }
                try await eventually("the fault has happened") { proxy.hasStruck }
                try await self.publish(topic, "\(round)", on: member)
            }
            // A probe may have been struck in its stead.
            #expect(failures > 0)
            #expect(try await member.tail(topic).entries.map(\.data.text) == ["first", "0", "1", "2"])
        }
    }

    @Test(arguments: [0, 2]) func confirmationsOfSubscriptionsAreTheirChannels(copies: Int) async throws {
        try await self.withProxy { redis, proxy, member in
            let (first, second) = (try Topic("first"), try Topic("second"))
            let beginning = "*3\r\n$9\r\nsubscribe\r\n$18\r\nhub:{0}:live:first"
            proxy.strike(ReplyProxy.Fault(connection: "hub-subscriptions", beginning: beginning, copies: copies))
            try await member.subscribe(first)
            #expect(proxy.hasStruck)
            try await member.subscribe(second)
            try await eventually("it is ready") { member.bus.status == .ready }
            let ids = [try await member.publish(first, "x"), try await member.publish(second, "y")]
            try await eventually("both are heard") {
                let heard = member.recorder.events.map(\.id)
                return ids.allSatisfy(heard.contains)
            }
            #expect(member.bus.reconnects.subscriptions == 1)
        }
    }
}
