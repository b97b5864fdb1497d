import Testing

@testable import HubServer

/// What ends in `*` is a pattern, and no topic, at every door.
@Suite(.timeLimit(.minutes(1)))
struct PatternTests {
    private static let json = "Content-Type: application/json"
    private static let lines = "Content-Type: application/x-ndjson"
    private static let form = "Content-Type: application/x-www-form-urlencoded"

    @Test func itIsRefusedInAQueryAndInABody() async throws {
        try await TestServer.run { server in
            for (method, target, type, body) in [
                ("POST", "/publish?topic=a*", nil, "x"), ("POST", "/publish?topic=a&topic=*", nil, "x"),
                ("POST", "/publish?topic=a%2A", nil, "x"), ("POST", "/publish", Self.json, #"{"topic":"*","data":1}"#),
                ("POST", "/publish", Self.json, #"{"topic":["a","b\u002a"],"data":1}"#),
                ("POST", "/publish", Self.lines, "{\"topic\":\"a\",\"data\":1}\n{\"topic\":\"a/*\",\"data\":1}\n"),
                ("GET", "/sse?topic=a*", nil, nil), ("GET", "/poll?topic=a&topic=b*", nil, nil),
                ("GET", "/long-poll?topic=*", nil, nil), ("GET", "/iframe?topic=*&origin=http://h", nil, nil),
                ("POST", "/sse", Self.form, "topic=a*"), ("POST", "/poll", Self.json, #"{"topic":"a*"}"#),
                ("POST", "/long-poll", Self.form, "topic=a&topic=b%2a"), ("GET", "/topics?topic=a*", nil, nil),
                ("DELETE", "/topics?topic=*", nil, nil), ("HEAD", "/sse?topic=a*", nil, nil),
            ] as [(String, String, String?, String?)] {
                let answer = try await server.request(
                    method, target, headers: type.map { [$0] } ?? [], body: body)
                #expect(answer.status == 400, "\(method) \(target) \(body ?? "")")
                guard method != "HEAD" else { continue }
                #expect(answer.body.contains("a topic must not end in '*'"), "\(answer.body)")
            }
            // Nothing of it was published.
            let topics = try await server.request("GET", "/topics")
            #expect(topics.body == #"{"topics":[]}"#)
        }
    }

    @Test func itIsRefusedOnAWebSocket() async throws {
        try await TestServer.run { server in
            let refused = try await server.request("GET", "/ws?topic=a*", headers: WebSocketClient.handshake)
            #expect(refused.status == 400)
            try await server.connect { raw in
                let (client, _) = try await WebSocketClient.open(raw, "/ws?topic=a")
                _ = try await client.message()
                for message in [
                    #"{"type":"publish","topic":"a*","data":"x"}"#, #"{"type":"subscribe","topic":"*"}"#,
                    #"{"type":"publish","topic":["a","b*"],"data":"x"}"#, #"{"type":"unsubscribe","topic":"a*"}"#,
                ] {
                    client.send(message)
                    #expect(try await client.message().contains("a topic must not end in '*'"))
                }
            }
        }
    }
}
