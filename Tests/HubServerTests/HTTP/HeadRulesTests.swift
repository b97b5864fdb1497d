import Testing

@testable import HubServer

/// What the parser lets pass and the server must not, and the other way round.
@Suite(.timeLimit(.minutes(1)))
struct HeadRulesTests {
    private static func get(_ host: String, version: String = "1.1") -> String {
        "GET /health/live HTTP/\(version)\r\nHost:\(host)\r\n\r\n"
    }

    private static func status(of request: String) async throws -> Int {
        var status = 0
        try await TestServer.run { server in
            try await server.connect { client in
                client.send(request)
                let answer = try await client.readAnswer()
                status = answer.status
                if status >= 400 { #expect(answer["content-type"] == "application/problem+json") }
            }
        }
        return status
    }

    @Test(arguments: [
        "", " a b", " a/b", " a@b", " user:pw@h", " a:b", " a:99999", " a:+80", " a: 80", " a :80", " a:8 0", " :80",
        " ::1", " [::1", " [zz]", " [::1]x", " [::1]:x", " [fe80::1%25eth0]", " [127.0.0.1]", " a,b", " a?b", " a#b",
        " a%zzb", " a%4", " a\\b", " a\"b", " a<b>", " h\u{E9}", " http://h", " h\u{301}", " a|b", " a^b", " a`b",
        " {a}",
        " h\r\nHost: h",
    ])
    func aHostThatIsNoneIsRefused(_ host: String) async throws {
        let status5 = try await Self.status(of: Self.get(host))
        #expect(status5 == 400)
    }

    @Test(arguments: [
        "h", " h", "\th\t ", " h:80", " h:", " h:65535", " a_b-c.example.", " [::1]", " [::1]:8080",
        " [::ffff:1.2.3.4]",
        " a%41b", " xn--bcher-kva.example", " 127.0.0.1:1",
    ])
    func aHostIsTaken(_ host: String) async throws {
        let status6 = try await Self.status(of: Self.get(host))
        #expect(status6 == 200)
    }

    @Test func inHTTP10AHostMayBeAbsentButNotWrong() async throws {
        for host in ["", " h"] {
            let status = try await Self.status(of: Self.get(host, version: "1.0"))
            #expect(status == 200)
        }
        for host in [" a b", " h\r\nHost: h", "\r\nHost:"] {
            let status7 = try await Self.status(of: Self.get(host, version: "1.0"))
            #expect(status7 == 400)
        }
        let status8 = try await Self.status(of: "GET /health/live HTTP/1.0\r\n\r\n")
        #expect(status8 == 200)
    }

    @Test(arguments: [
        ("http://h/health/live", 200), ("HTTPS://h:1/health/live", 200), ("http://a@h/health/live", 400),
        ("http:///health/live", 400), ("http://h:99999/health/live", 400), ("http://[::1/health/live", 400),
        ("http://h,b/health/live", 400), ("http://?x", 400), ("ftp://h/health/live", 400), ("http://h", 404),
        ("http://h#/health/live", 400), ("http://h?/health/live", 404),
    ])
    func aTargetInAbsoluteFormNamesAHost(_ target: String, _ status: Int) async throws {
        let status9 = try await Self.status(of: "GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(status9 == status)
    }

    @Test(arguments: [
        ("", 400), (" ", 400), (" ,chunked", 400), (" , chunked", 400), (" chunked,", 400), (" chunked, chunked", 400),
        (" chunked\r\nTransfer-Encoding:", 400), ("\r\nTransfer-Encoding: chunked", 400), (" ,", 400),
        (" identity", 501), (" identity, chunked", 501), (" chunked;x=1", 501), (" \"chunked\"", 501),
        (" CHUNKED", 200), (" chunked ", 200),
    ])
    func aTransferEncodingIsChunkedOrRefused(_ value: String, _ status: Int) async throws {
        let head = "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\(value)\r\n\r\n"
        try await TestServer.run { server in
            try await server.connect { client in
                client.send(head + "2\r\nhi\r\n0\r\n\r\n")
                let answer = try await client.readAnswer()
                #expect(answer.status == status, "\(answer.body)")
                guard status != 200 else { return }
                // What followed is not taken for another request.
                try await client.waitForClose()
                #expect(client.text.isEmpty)
            }
        }
    }

    @Test(arguments: [
        "RTSP/1.0", "RTSP/1.1", "ICE/1.0", "HTCPCP/1.0", "http/1.1", "HTTP 1.1", "",
    ])
    func anotherProtocolIsRefused(_ name: String) async throws {
        for method in ["GET", "POST", "OPTIONS"] {
            let status10 = try await Self.status(of: "\(method) /health/live \(name)\r\nHost: h\r\n\r\n")
            #expect(status10 == 400)
        }
    }

    @Test func anotherProtocolIsRefusedWhereverTheRequestStands() async throws {
        let live = "GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n"
        let other = "GET /health/live RTSP/1.0\r\nHost: h\r\n\r\n"
        try await TestServer.run { server in
            for pieces in [["\r\n", other], [live, other], [live + other], other.map { String($0) }] {
                try await server.connect { client in
                    for piece in pieces {
                        client.send(piece)
                        guard piece == live else { continue }
                        let answer1 = try await client.readAnswer()
                        #expect(answer1.status == 200)
                    }
                    if pieces == [live + other] {
                        let first = try await client.readAnswer()
                        #expect(first.status == 200)
                    }
                    let answer2 = try await client.readAnswer()
                    #expect(answer2.status == 400)
                    try await client.waitForClose()
                }
            }
        }
    }

    @Test func aBodyMaySpeakOfOtherProtocols() async throws {
        try await TestServer.run { server in
            let body = "GET / RTSP/1.0\r\n\r\nSOURCE / ICE/1.0\r\n"
            try await server.connect { client in
                for _ in 0..<3 {
                    client.send("POST", "/publish?topic=a", headers: ["X-Note: as in RTSP/1.0"], body: body)
                    let answer3 = try await client.readAnswer()
                    #expect(answer3.status == 200)
                    client.send("GET", "/health/live", headers: ["X-Note: as in RTSP/1.0"])
                    let answer4 = try await client.readAnswer()
                    #expect(answer4.status == 200)
                }
            }
        }
    }

    @Test func anEmptyExpectationIsNone() async throws {
        let cases = [("", 200), ("100-Continue", 200), ("100-continue, x", 417), ("100-continue\r\nExpect: x", 417)]
        for (expectation, status) in cases {
            let request = "GET /health/live HTTP/1.1\r\nHost: h\r\nExpect: \(expectation)\r\n\r\n"
            let status11 = try await Self.status(of: request)
            #expect(status11 == status)
        }
    }
}
