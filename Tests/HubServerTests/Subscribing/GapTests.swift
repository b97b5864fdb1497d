import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// Gaps that are told, and those that are none, on real connections.
@Suite(.timeLimit(.minutes(Patience.minutes(1))))
struct GapTests {
    @Test func aSlowReaderOfTheEarliestIsToldOfWhatIsTrimmedMeanwhile() async throws {
        let configuration = FanOutConfiguration(ringLimit: RingLimit(count: 4), tailCount: 4, pageCount: 5)
        try await TestServer.run(
            fanOut: configuration, bus: { MemoryBus(eventLoop: $0, replayCount: 60, replayAge: .hours(1)) }
        ) { server in
            var topic = FloodedTopic(server)
            try await topic.publish(60)
            let client = try await RawClient.connect(port: server.port, readsAtOnce: false, readByteCount: 64 << 10)
            client.send("GET /sse?topic=a&last_event_id=earliest HTTP/1.0\r\n\r\n")
            try await eventually("events should be sent", seconds: Patience.seconds(10)) {
                try await server.hub.statistics().get().fanOut.delivered > 0
            }
            try await topic.publish(120)
            let last = topic.last
            try await client.setReading(true)
            var stream = SlowStream(sse: "")
            try await eventually("the last event should come", seconds: Patience.seconds(20)) {
                stream = SlowStream(sse: client.text)
                return stream.numbers.last == last
            }
            await client.close()
            let count = try #require(stream.countAtReset, "no event between is missed in silence")
            let first = try #require(stream.numbers.dropFirst(count).first)
            #expect(stream.numbers == Array(1...count) + Array(first...last))
            #expect(count < 60 && first > count + 1)
            let reset = try #require(stream.reset)
            #expect(member("reason", of: reset) == "trimmed")
            #expect(member("requested", of: reset) == topic.ids[count - 1])
        }
    }

    @Test func aQuietTopicsPollerIsNotToldThatAnotherTopicWasRetired() async throws {
        let age = TimeAmount.milliseconds(100)
        try await TestServer.run(
            fanOut: FanOutConfiguration(linger: .milliseconds(1)),
            bus: { MemoryBus(eventLoop: $0, replayCount: 60, replayAge: age) }
        ) { server in
            try await server.publish("1")
            var cursor = try await server.batch("/poll?topic=a&cursor=earliest").cursor
            for round in 0..<3 {
                try await server.publish("2", to: "b")
                try await eventually("the topics should be retired, and nobody listen", seconds: Patience.seconds(10)) {
                    let topics = try await server.hub.bus.topics(after: nil, limit: 10).get()
                    let feeds = try await server.hub.statistics().get().feeds.feeds
                    return topics.isEmpty && feeds == 0
                }
                let batch = try await server.batch("/poll?topic=a&cursor=\(cursor)")
                #expect(batch.resets == nil && batch.events.isEmpty, "round \(round)")
                cursor = batch.cursor
            }
        }
    }
}
