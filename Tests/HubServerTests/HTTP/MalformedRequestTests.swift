import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct MalformedRequestTests {
    @Test(arguments: [
        ("GET /sse?topic=%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /sse?topic=%4 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /sse?topic=%ff%fe HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /sse?topic=a%0d%0aSet-Cookie:x HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /sse?topic=a%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /sse?topic=%24sys HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /sse HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /sse?topic=a&matchURLPattern=x HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /sse?topic=a&pattern=x HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /sse?topic=a&authorization=x HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /sse?topic=a&since=yesterday HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /sse?topic=a HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\n\r\n", 406),
        ("GET /health/live HTTP/1.1\r\n\r\n", 400),
        ("GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET health HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET http://h/health/live?x=1 HTTP/1.1\r\nHost: h\r\n\r\n", 200),
        ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 204),
        ("OPTIONS /publish HTTP/1.1\r\nHost: h\r\n\r\n", 204),
        ("GET /health/live HTTP/9.9\r\nHost: h\r\n\r\n", 505),
        ("BLAH /health/live HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        ("\u{16}\u{3}\u{1}garbage\r\n\r\n", 501),
        ("GET /health/live HTTP/1.1\r\nHost: h\r\nBad Header: x\r\n\r\n", 400),
        ("GET /health/live HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", 400),
        ("POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
        ("POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775808\r\n\r\n", 413),
        ("POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
        (
            "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400
        ),
        ("POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        ("POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        (
            "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            501
        ),
        ("POST /publish?topic=a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\nOrigin: http://evil\r\n\r\n", 400),
        ("GET /health/live HTTP/1.1\nHost: h\n\n", 400),
        ("DELETE /publish HTTP/1.1\r\nHost: h\r\n\r\n", 405),
        ("GET /sse/ HTTP/1.1\r\nHost: h\r\n\r\n", 404),
    ])
    func itIsRefusedAndTheServerGoesOn(_ request: String, _ status: Int) async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send(request)
                let answer = try await client.readAnswer()
                #expect(answer.status == status, "\(answer.body)")
                #expect(answer["set-cookie"] == nil)
                guard status >= 400 else { return }
                #expect(answer["content-type"] == "application/problem+json")
                #expect(answer.body.contains("\"status\":\(status),"))
            }
            let next = try await server.request("GET", "/health/live")
            #expect(next.status == 200)
        }
    }

    @Test(arguments: [["GET /health/live HTTP/1.1\nHost: h\n\n"], ["GET /health/live HTTP/1.1", "\nHost: h\n\n"]])
    func aHeadWithLineFeedsAloneIsToldSo(_ pieces: [String]) async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                for piece in pieces { client.send(piece) }
                let answer = try await client.readAnswer()
                #expect(answer.status == 400 && answer.body.contains("CR LF"), "\(answer.body)")
            }
        }
    }

    @Test func aMethodThatIsNotAllowedIsToldWhichAre() async throws {
        try await TestServer.run { server in
            let publish = try await server.request("GET", "/publish")
            #expect(publish.status == 405)
            #expect(publish["allow"] == "POST, OPTIONS")
            let topics = try await server.request("PUT", "/topics", body: "x")
            #expect(topics["allow"] == "GET, HEAD, DELETE, OPTIONS")
        }
    }

    @Test func whatAClientMadeUpIsEchoedOnlyAsJSONThatIsNoMarkup() async throws {
        try await TestServer.run { server in
            let answer = try await server.request("GET", "/sse?topic=%24%3Cscript%3Ealert(1)%3C%2Fscript%3E%22")
            #expect(answer.status == 400)
            #expect(!answer.body.contains("<script"))
            #expect(answer.body.contains(#"\u003cscript\u003e"#))
            #expect(answer["x-content-type-options"] == "nosniff")
        }
    }
}
