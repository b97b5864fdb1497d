import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// What listening to topics costs that nobody publishes to, and how many there may be.
@Suite(.timeLimit(.minutes(1)))
struct FeedRoomTests {
    private static func limited(_ limit: Int) -> FanOutConfiguration {
        var configuration = FanOutConfiguration()
        configuration.maximumFeeds = limit
        return configuration
    }

    @Test func pollsOfTopicsThatAreNotThereLeaveNothing() async throws {
        try await TestServer.run { server in
            for round in 0..<5 {
                let topics = (0..<100).map { "topic=new\(round)-\($0)" }.joined(separator: "&")
                #expect(try await server.request("GET", "/poll?\(topics)").status == 200)
            }
            var feeds = -1
            // A client has its answer a moment before the hub knows that it has left.
            while feeds != 0 { feeds = try await server.hub.statistics().get().feeds.feeds }
        }
    }

    @Test(arguments: ["/sse", "/long-poll", "/ws"])
    func aStreamOfMoreTopicsThanThereIsRoomForComesBackLater(_ path: String) async throws {
        try await TestServer.run(fanOut: Self.limited(2)) { server in
            let target = path + (path.contains("?") ? "&" : "?") + "topic=a&topic=b&topic=c"
            let upgrade = [
                "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ]
            let answer = try await server.request("GET", target, headers: path == "/ws" ? upgrade : [])
            #expect(answer.status == 503 && answer["retry-after"] != nil)
            #expect(answer.body.contains("--max-feeds"))
        }
    }

    @Test func whatAnotherLoopListensToNeedsNoRoom() async throws {
        try await TestServer.run(loops: 4, fanOut: Self.limited(2)) { server in
            var streams: [RawClient] = []
            for _ in 0..<16 {
                let stream = try await RawClient.connect(port: server.port)
                stream.send("GET", "/sse?topic=a&topic=b")
                try await stream.wait("the stream should begin") { text, _ in text.contains("HTTP/1.1 ") }
                #expect(stream.text.contains(" 200 "))
                streams.append(stream)
            }
            let refused = try await server.request("GET", "/sse?topic=c")
            #expect(refused.status == 503)
            for stream in streams { await stream.close() }
            try await eventually("there should be room again") {
                try await server.request("GET", "/long-poll?topic=c&topic=d&timeout=1").status == 200
            }
        }
    }

    @Test func aPollIsAnsweredAllTheSame() async throws {
        try await TestServer.run(fanOut: Self.limited(1)) { server in
            let answer = try await server.request("GET", "/poll?topic=a&topic=b")
            #expect(answer.status == 200)
        }
    }

    @Test func aBrowsersEventSourceIsToldToComeBackSinceAStatusWouldEndIt() async throws {
        try await TestServer.run(fanOut: Self.limited(1)) { server in
            let answer = try await server.request(
                "GET", "/sse?topic=a&topic=b", headers: ["Sec-Fetch-Mode: cors", "Cache-Control: no-cache"])
            #expect(answer.status == 200 && answer.body.contains("hub.close") && answer.body.contains("shed"))
        }
    }

    @Test func aWebSocketIsToldAndKeepsWhatItHas() async throws {
        try await TestServer.run(fanOut: Self.limited(1)) { server in
            try await server.connect { raw in
                let (client, _) = try await WebSocketClient.open(raw, "/ws?topic=a")
                _ = try await client.message()
                client.send(#"{"type":"subscribe","topic":"b"}"#)
                #expect(try await client.message().contains("--max-feeds"))
                _ = try await server.request("POST", "/publish?topic=a", body: "still")
                #expect(member("data", of: try await client.message()) == "still")
            }
            let text = try await server.request("GET", "/metrics").body
            #expect(text.contains("hub_feeds_refused_total 1"))
        }
    }
}
