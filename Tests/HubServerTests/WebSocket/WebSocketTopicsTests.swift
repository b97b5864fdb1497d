import HubCore
import NIOCore
import Testing

@testable import HubServer

/// Topics that come and go while a connection is open.
@Suite(.timeLimit(.minutes(1)))
struct WebSocketTopicsTests {
    private static func with(
        _ target: String = "/ws?topic=a", maximumTopics: Int = 3,
        _ test: (TestServer, WebSocketClient) async throws -> Void
    ) async throws {
        try await TestServer.run({ $0.maximumTopicsPerStream = maximumTopics }) { server in
            try await server.connect { raw in
                let (client, _) = try await WebSocketClient.open(raw, target)
                _ = try await client.message()
                try await test(server, client)
            }
        }
    }

    @discardableResult
    private static func publish(_ server: TestServer, _ topics: String..., data: String) async throws -> String {
        let query = topics.map { "topic=\($0)" }.joined(separator: "&")
        return member("id", of: try await server.request("POST", "/publish?\(query)", body: data).body) ?? ""
    }

    @Test func aTopicThatIsAddedGoesOnWithTheLatest() async throws {
        try await Self.with { server, client in
            try await Self.publish(server, "b", data: "before")
            client.send(#"{"type":"subscribe","topic":"b","ref":1}"#)
            let answer = try await client.message()
            #expect(answer.hasPrefix(#"{"type":"subscribed","topic":"b","cursor":""#))
            #expect(answer.hasSuffix(#"","ref":1}"#))
            try await Self.publish(server, "b", data: "after")
            try await Self.publish(server, "a", data: "too")
            #expect(member("data", of: try await client.message()) == "after")
            #expect(member("data", of: try await client.message()) == "too")
        }
    }

    @Test func thePastOfATopicIsReplayedBeforeTheStreamGoesOn() async throws {
        try await Self.with { server, client in
            let start = try await Self.publish(server, "b", data: "b1")
            let a1 = try await Self.publish(server, "a", data: "a1")
            try await Self.publish(server, "b", data: "b2")
            try await Self.publish(server, "a", data: "a2")
            #expect(member("id", of: try await client.message()) == a1)
            #expect(member("data", of: try await client.message()) == "a2")
            client.send(#"{"type":"subscribe","topic":"b","cursor":"\#(start)"}"#)
            #expect(try await client.message() == #"{"type":"subscribed","topic":"b","cursor":"\#(start)"}"#)
            #expect(member("data", of: try await client.message()) == "b2")
            try await Self.publish(server, "a", "b", data: "both")
            try await Self.publish(server, "b", data: "b3")
            #expect(member("data", of: try await client.message()) == "both")
            #expect(member("data", of: try await client.message()) == "b3")
        }
    }

    @Test func aTopicThatIsTakenAwayIsHeardNoMoreAndMayBeTheLast() async throws {
        try await Self.with { server, client in
            client.send(#"{"type":"unsubscribe","topic":"a","ref":"x"}"#)
            #expect(try await client.message() == #"{"type":"unsubscribed","topic":"a","ref":"x"}"#)
            let missed = try await Self.publish(server, "a", data: "unheard")
            client.send(#"{"type":"subscribe","topic":"b"}"#)
            #expect(try await client.message().hasPrefix(#"{"type":"subscribed","topic":"b""#))
            try await Self.publish(server, "a", data: "unheard")
            try await Self.publish(server, "b", data: "heard")
            #expect(member("data", of: try await client.message()) == "heard")
            client.send(#"{"type":"subscribe","topic":"a","cursor":"earliest"}"#)
            #expect(try await client.message().hasPrefix(#"{"type":"subscribed","topic":"a""#))
            #expect(member("id", of: try await client.message()) == missed)
        }
    }

    @Test func aCursorThatIsNotOursIsGivenBackAndAnsweredWithAReset() async throws {
        try await Self.with { server, client in
            let id = try await Self.publish(server, "b", data: "x")
            client.send(#"{"type":"subscribe","topic":"b","cursor":"nonsense"}"#)
            #expect(try await client.message() == #"{"type":"subscribed","topic":"b","cursor":"nonsense"}"#)
            let reset = try await client.message()
            #expect(reset.hasPrefix(#"{"type":"reset","topic":"b","reason":"unknown","requested":"nonsense""#))
            #expect(member("id", of: try await client.message()) == id)
        }
    }

    @Test func noCursorIsGivenWithATopicBeforeTheResetOfAnotherIsTold() async throws {
        try await Self.with { _, client in
            client.send(
                together: #"{"type":"subscribe","topic":"b","cursor":"0000000000000001-0000000000000001"}"#,
                #"{"type":"subscribe","topic":"c"}"#)
            let messages = [try await client.message(), try await client.message(), try await client.message()]
            #expect(messages[0].hasPrefix(#"{"type":"subscribed","topic":"b""#))
            #expect(messages[1].hasPrefix(#"{"type":"reset","topic":"b","reason":"lost""#))
            #expect(messages[2].hasPrefix(#"{"type":"subscribed","topic":"c","cursor":""#))
        }
    }

    @Test func whatCannotBeDoneIsSaid() async throws {
        try await Self.with { _, client in
            client.send(#"{"type":"subscribe","topic":"a","ref":1}"#)
            let again = try await client.message()
            #expect(again.contains("is subscribed to"))
            client.send(#"{"type":"subscribe","topic":"$x"}"#)
            #expect(try await client.message().contains("reserved"))
            client.send(#"{"type":"unsubscribe","topic":"b","ref":2}"#)
            let unknown = try await client.message()
            #expect(unknown.contains("'b' is not subscribed to"))
            for topic in ["b", "c"] {
                client.send(#"{"type":"subscribe","topic":"\#(topic)"}"#)
                #expect(try await client.message().hasPrefix(#"{"type":"subscribed""#))
            }
            client.send(#"{"type":"subscribe","topic":"d","ref":3}"#)
            #expect(try await client.message().contains("3 topics at most (--max-topics-per-stream)"))
        }
    }

    @Test func manyChangesWithoutWaitingAreMadeInOrder() async throws {
        try await Self.with { server, client in
            for round in 0..<100 {
                client.send(#"{"type":"subscribe","topic":"b","ref":"s\#(round)"}"#)
                client.send(#"{"type":"unsubscribe","topic":"b","ref":"u\#(round)"}"#)
            }
            for round in 0..<100 {
                #expect(member("ref", of: try await client.message()) == "s\(round)")
                #expect(member("ref", of: try await client.message()) == "u\(round)")
            }
            try await Self.publish(server, "b", data: "unheard")
            try await Self.publish(server, "a", data: "heard")
            #expect(member("data", of: try await client.message()) == "heard")
            #expect(try await server.request("GET", "/topics?topic=b").body.contains(#""subscribers":0"#))
        }
    }
}
