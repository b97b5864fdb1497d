import HTTPWire
import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// A client may end its side and still read (RFC 9112, 9.6): `nc -N` does, and so do some probes.
@Suite(.timeLimit(.minutes(1)))
struct HalfClosureTests {
    private static let live = "GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let publish = "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"

    @Test func itGetsItsAnswersBeforeTheConnectionCloses() async throws {
        try await TestServer.run { server in
            for (requests, statuses) in [
                (Self.live, [200]), (Self.publish, [200]), (Self.live + Self.publish + Self.live, [200, 200, 200]),
                ("GET /poll?topic=a HTTP/1.1\r\nHost: h\r\n\r\n", [200]), ("GET /metrics HTTP/1.0\r\n\r\n", [200]),
                ("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n", [404]), ("garbage\r\n\r\n", [501]),
                (Self.live + "GET /health/live HT", [200, 400]),
                ("POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhi", [400]),
            ] {
                try await server.connect { client in
                    client.send(requests)
                    // What is refused may be answered, and closed, before.
                    try? await client.endInput()
                    for status in statuses {
                        let answer = try await client.readAnswer()
                        #expect(answer.status == status, "\(requests): \(answer.body)")
                    }
                    try await client.waitForClose(seconds: 4)
                    #expect(client.text.isEmpty)
                }
            }
        }
    }

    private static let pipelines: [[(request: String, status: Int)]] = [
        [(live, 200)], [(publish, 200)], [("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n", 404)],
        [("DELETE /publish HTTP/1.1\r\nHost: h\r\n\r\n", 405)],
        [
            (
                "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
                200
            )
        ],
        [
            (live, 200), (publish, 200), ("GET /sse HTTP/1.1\r\nHost: h\r\n\r\n", 400),
            ("HEAD /nothing HTTP/1.1\r\nHost: h\r\n\r\n", 404),
            ("GET /poll?topic=a HTTP/1.1\r\nHost:\th\t\r\n\r\n", 200),
        ],
    ]

    /// More than one read brings, and more than the parser gets at a time.
    @Test(arguments: pipelines.indices, [("", nil), ("GET /health/live HT", 400)] as [(String, Int?)])
    func itGetsAllItsAnswersHoweverManyRequestsItSentAtOnce(
        _ number: Int, _ ending: (rest: String, status: Int?)
    ) async throws {
        let requests = [[(request: String, status: Int)]](repeating: Self.pipelines[number], count: 100).flatMap(\.self)
        try await TestServer.run { server in
            try await server.connect { client in
                client.send(requests.map(\.request).joined() + ending.rest)
                try await client.endInput()
                for (request, status) in requests {
                    let answer = try await client.readAnswer(isHead: request.hasPrefix("HEAD"))
                    try #require(answer.status == status, "\(request): \(answer.body)")
                }
                if let status = ending.status {
                    let answer = try await client.readAnswer()
                    #expect(answer.status == status)
                }
                try await client.waitForClose(seconds: 4)
                #expect(client.text.isEmpty)
            }
        }
    }

    @Test func whatWaitsBeforeOtherRequestsIsAnsweredAtOnceToo() async throws {
        let poll = "GET /long-poll?topic=quiet&timeout=60 HTTP/1.1\r\nHost: h\r\n\r\n"
        try await TestServer.run { server in
            try await server.connect { client in
                client.send(poll + String(repeating: Self.live, count: 200) + poll)
                try await client.endInput()
                for _ in 0..<202 {
                    let answer = try await client.readAnswer()
                    try #require(answer.status == 200)
                }
                try await client.waitForClose(seconds: 4)
            }
            try await server.connect { client in
                client.send(
                    String(repeating: Self.live, count: 200)
                        + "GET /sse?topic=a HTTP/1.1\r\nHost: h\r\n\r\n" + String(repeating: Self.live, count: 200))
                try await client.endInput()
                try await client.waitForClose(seconds: 4)
                #expect(client.text.split(separator: "HTTP/1.1 200 OK\r\n").count == 201)
                #expect(client.text.hasSuffix("\r\n0\r\n\r\n"))
            }
            try await Self.waitForNoSubscribers(server)
        }
    }

    @Test func aLargeAnswerIsReadToItsEnd() async throws {
        let text = String(repeating: "x", count: 500_000)
        try await TestServer.run { server in
            _ = try await server.request("POST", "/publish?topic=a", body: text)
            try await server.connect { client in
                client.send("GET", "/poll?topic=a&cursor=earliest")
                try await client.endInput()
                let answer = try await client.readAnswer()
                #expect(answer.body.utf8.count > text.utf8.count)
                try await client.waitForClose()
            }
        }
    }

    @Test func aStreamEndsWhereItBegan() async throws {
        try await TestServer.run { server in
            for (target, end) in [
                ("/sse?topic=a", "\r\n\r\n2\r\n:\n\r\n0\r\n\r\n"),
                ("/iframe?topic=a&origin=http://127.0.0.1", "</script>\n"),
            ] {
                let text = try await server.connect { client in
                    client.send("GET", target)
                    try await client.endInput()
                    try await client.waitForClose()
                    return client.text
                }
                #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(text.hasSuffix(end), "\(text)")
            }
            try await Self.waitForNoSubscribers(server)
        }
    }

    @Test func aStreamThatIsOpenIsClosedByTheEndOfItsFraming() async throws {
        try await TestServer.run { server in
            for (target, version, end) in [
                ("/sse?topic=a", "HTTP/1.1", "data: there\nid: ID\n\n\r\n0\r\n\r\n"),
                ("/sse?topic=a", "HTTP/1.0", "data: there\nid: ID\n\n"),
                ("/iframe?topic=a&origin=http://127.0.0.1", "HTTP/1.1", "</script>\n"),
            ] {
                try await server.connect { client in
                    client.send("GET \(target) \(version)\r\nHost: 127.0.0.1\r\n\r\n")
                    try await client.wait("a stream should begin") { text, _ in text.contains("\r\n\r\n") }
                    try await server.publish("there")
                    try await client.wait("the event should come") { text, _ in text.contains("there") }
                    try await client.endInput()
                    try await client.waitForClose(seconds: 4)
                    let text = client.text.replacing(/\nid: [^\n]+/, with: "\nid: ID")
                    #expect(text.hasSuffix(end), "\(text)")
                }
            }
            try await Self.waitForNoSubscribers(server)
        }
    }

    @Test func aStreamThatIsOpenClosesAtOnce() async throws {
        let handshake = [
            "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        try await TestServer.run { server in
            for (target, headers) in [("/sse?topic=a", []), ("/ws?topic=a", handshake), ("/ws?topic=b", handshake)] {
                try await server.connect { client in
                    client.send("GET", target, headers: headers)
                    if !target.hasSuffix("b") {
                        try await client.wait("a stream should begin") { text, _ in text.contains("\r\n\r\n") }
                    }
                    try await client.endInput()
                    try await client.waitForClose(seconds: 4)
                    #expect(client.text.contains("\r\n\r\n"))
                }
            }
            try await Self.waitForNoSubscribers(server)
        }
    }

    @Test func aLongPollThatWaitsIsAnsweredAtOnceWithWhatThereIs() async throws {
        try await TestServer.run { server in
            let polled = try await server.request("GET", "/poll?topic=a")
            let cursor = try #require(polled["etag"]?.filter { $0 != "\"" })
            for isWaiting in [false, true] {
                try await server.connect { client in
                    client.send("GET", "/long-poll?topic=a&timeout=60&cursor=\(cursor)")
                    if isWaiting {
                        try await eventually("it should wait") {
                            let metrics = try await server.request("GET", "/metrics")
                            return metrics.body.contains("hub_streams{transport=\"long-poll\"} 1\n")
                        }
                    }
                    try await client.endInput()
                    let answer = try await client.readAnswer()
                    #expect(answer.body == "{\"events\":[],\"cursor\":\"\(cursor)\"}")
                    try await client.waitForClose()
                }
            }
            try await Self.waitForNoSubscribers(server)
        }
    }

    @Test func aLongPollWithoutACursorIsAnsweredLikeAPoll() async throws {
        try await TestServer.run { server in
            for method in ["GET", "POST"] {
                let form = method == "POST" ? ["Content-Type: application/x-www-form-urlencoded"] : []
                try await server.connect { client in
                    client.send(
                        method, method == "POST" ? "/long-poll" : "/long-poll?topic=quiet&timeout=60", headers: form,
                        body: method == "POST" ? "topic=quiet&timeout=60" : nil)
                    try await client.endInput()
                    let batch = try BatchAnswer(try await client.readAnswer())
                    #expect(batch.data.isEmpty)
                    try await client.waitForClose()
                }
            }
            // What there is already is not withheld.
            try await server.publish("there")
            try await server.connect { client in
                client.send("GET", "/long-poll?topic=a&timeout=60&cursor=earliest")
                try await client.endInput()
                let batch = try BatchAnswer(try await client.readAnswer())
                #expect(batch.data == ["there"])
            }
            try await Self.waitForNoSubscribers(server)
        }
    }

    @Test func aConnectionThatIdlesClosesAtOnce() async throws {
        try await TestServer.run { server in
            for request in ["", Self.live] {
                try await server.connect { client in
                    client.send(request)
                    if !request.isEmpty { _ = try await client.readAnswer() }
                    try await client.endInput()
                    try await client.waitForClose(seconds: 4)
                    #expect(client.text.isEmpty)
                }
            }
        }
    }

    @Test func aBodyThatIsRefusedNeedNotBeSentToItsEnd() async throws {
        try await TestServer.run({ $0.limits.bodyBytes = 10 }) { server in
            try await server.connect { client in
                client.send("POST", "/publish?topic=a", headers: ["Content-Length: 1000"])
                try await client.endInput()
                let answer = try await client.readAnswer()
                #expect(answer.status == 413)
                try await client.waitForClose(seconds: 4)
            }
        }
    }

    private static func waitForNoSubscribers(_ server: TestServer) async throws {
        try await eventually("nobody should be subscribed") {
            let metrics = try await server.request("GET", "/metrics")
            return metrics.body.contains("\nhub_subscribers 0\n")
        }
    }
}
