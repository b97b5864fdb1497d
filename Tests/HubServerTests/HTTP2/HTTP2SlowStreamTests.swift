import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// What becomes of a stream of HTTP/2 that takes nothing, while its neighbours on the same connection do.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2SlowStreamTests {
    private static let wide: UInt32 = 1 << 30
    private static let cancel: UInt32 = 8

    /// Opens two streams of the topic `a`, of which the first has no window.
    private static func with(
        _ fanOut: FanOutConfiguration,
        _ test: (HTTP2Client, TestServer, _ slow: UInt32, _ other: UInt32) async throws -> Void
    ) async throws {
        try await TestServer.run(fanOut: fanOut) { server in
            try await server.speakHTTP2(settings: [4: 0], widensWindows: false) { client in
                client.widenWindow(on: 0, by: Self.wide)
                let ids = (0..<2).map { _ in client.request("GET", "/sse?topic=a") }
                client.widenWindow(on: ids[1], by: Self.wide)
                for id in ids { try await client.wait(id, "it should begin") { $0.status == "200" } }
                // Until its window is wide it is as slow as the other.
                try await client.wait(ids[1], "it should take what it gets") { !$0.body.isEmpty }
                try await test(client, server, ids[0], ids[1])
            }
        }
    }

    private static func waitForSlowClose(_ server: TestServer) async throws {
        try await eventually("the stream should be closed") {
            try await server.hub.statistics().get().fanOut.closed == [.slow: 1]
        }
    }

    private static func expectAll(_ topic: FloodedTopic, on id: UInt32, _ client: HTTP2Client) async throws {
        let all = try await client.wait(id, "all should come", seconds: 20) {
            SlowStream(sse: $0.text).numbers.last == topic.last
        }
        #expect(SlowStream(sse: all.text).numbers == Array(1...topic.last))
        #expect(!all.isComplete && all.reset == nil)
    }

    private static let impatient = FanOutConfiguration(stallTimeout: .milliseconds(300))

    @Test func oneThatTakesNothingIsToldThatItIsSlow() async throws {
        try await Self.with(Self.impatient) { client, server, slow, other in
            var topic = FloodedTopic(server)
            try await topic.publish(5, padding: "")
            try await Self.waitForSlowClose(server)
            client.widenWindow(on: slow, by: Self.wide)
            let told = try await client.wait(slow, "it should end") { $0.isComplete || $0.reset != nil }
            #expect(member("reason", of: SlowStream(sse: told.text).close ?? "") == "slow", "\(told)")
            #expect(told.isComplete && told.reset == nil)
            try await topic.publish(5, padding: "")
            try await Self.expectAll(topic, on: other, client)
        }
    }

    @Test func oneThatDoesNotEvenTakeTheLastWordIsReset() async throws {
        try await Self.with(Self.impatient) { client, server, slow, other in
            var topic = FloodedTopic(server)
            try await topic.publish(5, padding: "")
            try await client.wait(slow, "it should be reset", seconds: 20) { $0.reset == Self.cancel }
            #expect(try client.stream(slow).body.isEmpty)
            try await topic.publish(5, padding: "")
            try await Self.expectAll(topic, on: other, client)
            #expect(try client.goAways().isEmpty)
        }
    }

    @Test func oneThatTakesALittleAtATimeLives() async throws {
        let fanOut = FanOutConfiguration(stallTimeout: .milliseconds(Patience.milliseconds(1500)))
        try await Self.with(fanOut) { client, server, slow, other in
            var topic = FloodedTopic(server)
            try await topic.publish(8, padding: String(repeating: "x", count: 10_000))
            // More often than it has to, for more than twice as long as it may take nothing.
            let end = ContinuousClock.now + Patience.duration(.milliseconds(3500))
            while ContinuousClock.now < end {
                let count = try client.stream(slow).body.count
                client.widenWindow(on: slow, by: 100)
                try await client.wait(slow, "it should go on") { $0.body.count > count }
                // The pace is what this test is about.
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await server.hub.statistics().get().fanOut.closed.isEmpty)
            client.widenWindow(on: slow, by: Self.wide)
            for id in [slow, other] { try await Self.expectAll(topic, on: id, client) }
        }
    }

    @Test func bySkipOneGoesOnWithTheLatest() async throws {
        try await Self.with(FanOutConfiguration(slowConsumer: .skip)) { client, server, slow, other in
            // Only who was up to date can skip.
            client.widenWindow(on: slow, by: 10)
            try await client.wait(slow, "it should be live") { !$0.body.isEmpty }
            var topic = FloodedTopic(server)
            try await topic.publish(10, padding: "")
            try await Self.expectAll(topic, on: other, client)
            client.widenWindow(on: slow, by: Self.wide)
            try await eventually("it should skip") { try await server.hub.statistics().get().fanOut.skipped == 1 }
            try await topic.publish(2, padding: "")
            let skipped = try await client.wait(slow, "it should go on") {
                SlowStream(sse: $0.text).numbers.last == topic.last
            }
            let stream = SlowStream(sse: skipped.text)
            #expect(stream.numbers.suffix(2) == [11, 12] && stream.numbers.count < 12)
            #expect(member("reason", of: stream.reset ?? "") == "trimmed")
            try await Self.expectAll(topic, on: other, client)
        }
    }
}
