import Testing

@testable import HubServer

/// An offer to speak another protocol that the hub does not take is as if it had not been made (RFC 9110, 7.8).
@Suite(.timeLimit(.minutes(1)))
struct IgnoredUpgradeTests {
    private static let offers = [
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n",
        "Connection: upgrade\r\nUpgrade: foo/1\r\n", "Upgrade: foo\r\n", "Connection: keep-alive\r\nUpgrade:\tfoo\r\n",
        "Connection: x-upgrade\r\nUpgrade: h2c\r\n",
    ]

    private static func requests(_ offer: String) -> [(request: String, status: Int)] {
        let head = " HTTP/1.1\r\nHost: h\r\n" + offer
        return [
            ("GET /health/live" + head + "\r\n", 200),
            ("POST /publish?topic=a" + head + "Content-Length: 2\r\n\r\nhi", 200),
            ("GET /nothing" + head + "\r\n", 404), ("GET /health/live HTTP/1.1\r\nHost:\th\r\n\r\n", 200),
            ("GET /poll?topic=a" + head + "\r\n", 200),
        ]
    }

    @Test(arguments: offers)
    func theConnectionIsKept(_ offer: String) async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                for (request, status) in Self.requests(offer) {
                    client.send(request)
                    let answer = try await client.readAnswer()
                    #expect(answer.status == status, "\(request): \(answer.body)")
                    #expect(answer["connection"] == nil)
                }
            }
        }
    }

    @Test(arguments: offers, [1, 7, 100_000])
    func whatFollowsAtOnceIsAnsweredInOrder(_ offer: String, _ size: Int) async throws {
        let requests = [[(request: String, status: Int)]](repeating: Self.requests(offer), count: 30).flatMap(\.self)
        try await TestServer.run { server in
            try await server.connect { client in
                var rest = Array(requests.map(\.request).joined().utf8)[...]
                while !rest.isEmpty {
                    client.send(Array(rest.prefix(size)))
                    rest = rest.dropFirst(size)
                }
                try await client.endInput()
                for (request, status) in requests {
                    let answer = try await client.readAnswer()
                    try #require(answer.status == status, "\(request): \(answer.body)")
                }
                try await client.waitForClose()
                #expect(client.text.isEmpty)
            }
        }
    }

    /// Where a chunked body ends only the parser knows, which stops there.
    @Test func aChunkedBodyEndsTheConnection() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send(
                    "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\n\(Self.offers[0])Transfer-Encoding: chunked\r\n\r\n"
                        + "2\r\nhi\r\n0\r\n\r\n")
                let answer = try await client.readAnswer()
                #expect(answer.status == 200)
                #expect(answer["connection"] == "close")
                try await client.waitForClose()
            }
        }
    }
}
