import Testing

@testable import HubServer

/// What every answer carries, whoever makes it.
@Suite(.timeLimit(.minutes(1)))
struct EveryAnswerTests {
    @Test(arguments: [
        "GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n", "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /hub.js HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET /hub.js HTTP/1.0\r\n\r\n",
        "OPTIONS /publish HTTP/1.1\r\nHost: h\r\n\r\n", "DELETE /publish HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx", "garbage\r\n\r\n",
        "GET /poll?topic=a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /long-poll?topic=a&timeout=1 HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /sse?topic=a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /sse?topic=a HTTP/1.0\r\n\r\n",
        "HEAD /sse?topic=a HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /iframe?topic=a&origin=http://127.0.0.1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET /ws?topic=a HTTP/1.1\r\nHost: h\r\n\r\n",
    ])
    func noBrowserGuessesAnotherType(_ request: String) async throws {
        try await TestServer.run({ $0.isDemo = true }) { server in
            try await server.connect { client in
                client.send(request)
                try await client.wait("a head should come") { text, _ in text.contains("\r\n\r\n") }
                let head = client.text.prefix(
                    upTo: client.text.firstRange(of: "\r\n\r\n")?.lowerBound ?? client.text.endIndex)
                #expect(head.components(of: "\r\nX-Content-Type-Options: nosniff") == 1, "\(head)")
            }
        }
    }

    @Test func anAnswerThatSaysNothingIsNewHasItToo() async throws {
        try await TestServer.run { server in
            for target in ["/poll?topic=a", "/openapi.yaml"] {
                let first = try await server.request("GET", target)
                let tag = try #require(first["etag"])
                let second = try await server.request("GET", target, headers: ["If-None-Match: \(tag)"])
                #expect(second.status == 304)
                #expect(second["x-content-type-options"] == "nosniff")
            }
        }
    }
}

extension Substring {
    /// How often a text is in it.
    fileprivate func components(of text: String) -> Int { self.ranges(of: text).count }
}
