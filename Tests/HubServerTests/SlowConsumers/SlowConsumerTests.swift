import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// What becomes of a client that stops reading, on real connections whose buffers are full.
@Suite(.timeLimit(.minutes(Patience.minutes(1))))
struct SlowConsumerTests {
    @Test func bySkipAReaderIsToldWhatItMissesAndGoesOnWithTheLatest() async throws {
        try await TestServer.run(fanOut: FanOutConfiguration(slowConsumer: .skip)) { server in
            try await Self.withSilentReader(server) { client in
                var topic = FloodedTopic(server)
                try await topic.publishUntilParked()
                let missed = topic.last
                try await client.setReading(true)
                try await eventually("the stream should skip", seconds: Patience.seconds(10)) {
                    try await server.hub.statistics().get().fanOut.skipped == 1
                }
                // One that comes before the last was taken would be skipped too.
                _ = try await Self.read(client) { $0.reset != nil }
                try await topic.publish(1)
                _ = try await Self.read(client) { $0.numbers.last == missed + 1 }
                try await topic.publish(1)
                let stream = try await Self.read(client) { $0.numbers.last == missed + 2 }
                let count = try #require(stream.countAtReset)
                #expect(count < missed - 4, "what it missed is not sent")
                #expect(stream.numbers == Array(1...count) + [missed + 1, missed + 2])
                let reset = try #require(stream.reset)
                #expect(member("topic", of: reset) == "a")
                #expect(member("reason", of: reset) == "trimmed")
                #expect(member("requested", of: reset) == topic.ids[count - 1])
                #expect(member("latest", of: reset) == topic.ids[missed - 1])
                #expect(!client.isClosed)
            }
            let statistics = try await server.hub.statistics().get().fanOut
            #expect(statistics.resets == [.trimmed: 1] && statistics.closed.isEmpty)
        }
    }

    @Test func byCloseAReaderIsToldWhyAndComesBackForAllThatItMissed() async throws {
        try await TestServer.run(fanOut: FanOutConfiguration(slowConsumer: .close)) { server in
            var topic = FloodedTopic(server)
            let first = try await Self.withSilentReader(server) { client in
                try await topic.publishUntilParked()
                try await client.setReading(true)
                try await client.waitForClose(seconds: Patience.seconds(10))
                return SlowStream(sse: client.text)
            }
            #expect(member("reason", of: try #require(first.close)) == "slow")
            #expect(first.numbers.count < topic.last - 4, "what it missed is not sent before")
            try await Self.expectTheRest(server, of: topic, after: first)
        }
    }

    @Test func aReaderThatTakesNothingForTheTimeLimitIsClosed() async throws {
        try await TestServer.run(fanOut: Self.impatient) { server in
            var topic = FloodedTopic(server)
            let first = try await Self.withSilentReader(server) { client in
                try await topic.publishUntilParked()
                try await Self.waitForSlowClose(server)
                try await client.setReading(true)
                try await client.waitForClose(seconds: Patience.seconds(10))
                return SlowStream(sse: client.text)
            }
            #expect(member("reason", of: try #require(first.close)) == "slow")
            try await Self.expectTheRest(server, of: topic, after: first)
        }
    }

    @Test func aWebSocketThatTakesNothingForTheTimeLimitIsClosedAndComesBackForAllThatItMissed() async throws {
        try await TestServer.run(fanOut: Self.impatient) { server in
            var topic = FloodedTopic(server)
            let (first, code) = try await Self.withWebSocket(server) { client in
                try await client.raw.setReading(false)
                try await topic.publishUntilParked()
                try await Self.waitForSlowClose(server)
                try await client.raw.setReading(true)
                return try await Self.readToClose(client)
            }
            #expect(member("reason", of: try #require(first.close)) == "slow")
            #expect(code == 1008, "a policy was broken (RFC 6455, 7.4.1)")
            let rest = try await Self.withWebSocket(server, cursor: first.lastID) { client in
                var messages: [String] = []
                while messages.count < topic.last - first.numbers.count { messages.append(try await client.message()) }
                return SlowStream(messages: messages)
            }
            #expect(first.numbers + rest.numbers == Array(1...topic.last))
        }
    }

    // MARK: - Readers

    private static let impatient = FanOutConfiguration(stallTimeout: .milliseconds(300))

    /// Opens a stream of the topic `a` whose client reads nothing yet.
    private static func withSilentReader<Value>(
        _ server: TestServer, cursor: String = "", _ body: (RawClient) async throws -> Value
    ) async throws -> Value {
        let opened = try await server.hub.statistics().get().fanOut.opened.values.reduce(0, +)
        let client = try await RawClient.connect(port: server.port, readsAtOnce: false, readByteCount: 64 << 10)
        client.send("GET /sse?topic=a&last_event_id=\(cursor) HTTP/1.0\r\n\r\n")
        try await eventually("the stream should be open", seconds: Patience.seconds(10)) {
            try await server.hub.statistics().get().fanOut.opened.values.reduce(0, +) > opened
        }
        let result: Result<Value, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        await client.close()
        return try result.get()
    }

    private static func withWebSocket<Value>(
        _ server: TestServer, cursor: String = "", _ body: (WebSocketClient) async throws -> Value
    ) async throws -> Value {
        let raw = try await RawClient.connect(port: server.port, readByteCount: 64 << 10)
        let result: Result<Value, any Error>
        do {
            let (client, answer) = try await WebSocketClient.open(raw, "/ws?topic=a&cursor=\(cursor)")
            #expect(answer.status == 101)
            #expect(try await client.message().hasPrefix(#"{"type":"hello""#))
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        await raw.close()
        return try result.get()
    }

    private static func waitForSlowClose(_ server: TestServer) async throws {
        try await eventually("the stream should be closed", seconds: Patience.seconds(10)) {
            try await server.hub.statistics().get().fanOut.closed == [.slow: 1]
        }
    }

    private static func read(_ client: RawClient, until isDone: (SlowStream) -> Bool) async throws -> SlowStream {
        var stream = SlowStream(sse: "")
        var (seen, parsed) = (-1, -1)
        try await eventually("the stream should go on", seconds: Patience.seconds(20)) {
            let count = client.byteCount
            defer { seen = count }
            // All of it is read each time, so what is still on its way is waited for.
            guard count == seen, count != parsed else { return false }
            parsed = count
            stream = SlowStream(sse: client.text)
            return isDone(stream)
        }
        return stream
    }

    private static func readToClose(_ client: WebSocketClient) async throws -> (SlowStream, code: Int) {
        var messages: [String] = []
        while true {
            let frame = try await client.next()
            if frame.opcode == 8 { return (SlowStream(messages: messages), frame.closeCode) }
            if frame.opcode == 1 { messages.append(frame.text) }
        }
    }

    /// A client that comes back with its last id gets what it did not get before: nothing is lost, nothing comes twice.
    private static func expectTheRest(
        _ server: TestServer, of topic: FloodedTopic, after first: SlowStream
    ) async throws {
        // The replay is more than the connection's buffers hold, and the client is late to read.
        let rest = try await Self.withSilentReader(server, cursor: first.lastID) { client in
            try await client.setReading(true)
            return try await Self.read(client) { $0.numbers.last == topic.last }
        }
        #expect(first.numbers + rest.numbers == Array(1...topic.last))
        #expect(rest.reset == nil)
    }
}
