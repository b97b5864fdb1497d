import Testing

@testable import HubServer

/// The parts of a request line are separated by one space each, and the target has no fragment (RFC 9112, 3).
@Suite(.timeLimit(.minutes(1)))
struct RequestLineTests {
    private static let good = "GET /health/live HTTP/1.1\r\nHost: h\r\nUser-Agent: a  b  c d e\r\n\r\n"
    private static let bad = "GET  /health/live HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let publish = "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\n"

    private static func expect(_ statuses: [Int], for pieces: [String], from server: TestServer) async throws {
        try await server.connect { client in
            for piece in pieces {
                client.send(piece)
                // Each piece is a read of its own, mostly.
                if pieces.count > 1 { try await Task.sleep(for: .milliseconds(2)) }
            }
            for status in statuses {
                let answer = try await client.readAnswer()
                #expect(answer.status == status, "\(pieces.joined().suffix(200))")
            }
        }
    }

    @Test(arguments: [
        "GET  /health/live HTTP/1.1", "GET /health/live  HTTP/1.1", "GET  /health/live  HTTP/1.1",
        "GET   /health/live HTTP/1.1", "GET  http://h/health/live HTTP/1.1", "OPTIONS  * HTTP/1.1",
        "GET  /health/live HTTP/1.0", "GET /health/live#top HTTP/1.1", "GET /health/live?x=1#top HTTP/1.1",
        "GET /health/live# HTTP/1.1", "GET http://h/health/live#top HTTP/1.1", "GET http://h#top HTTP/1.1",
        "GET /poll?topic=a#b HTTP/1.1",
    ])
    func anotherLineIsRefused(_ line: String) async throws {
        try await TestServer.run { server in
            try await Self.expect([400], for: ["\(line)\r\nHost: h\r\n\r\n"], from: server)
        }
    }

    @Test func itIsRefusedWhereverItStands() async throws {
        let long = String(repeating: "x", count: 9000)
        let body = Self.publish + "Content-Length: 9000\r\n\r\n" + long
        try await TestServer.run { server in
            for (text, statuses) in [
                (Self.good + Self.bad, [200, 400]), (Self.good + Self.good + Self.bad, [200, 200, 400]),
                ("\r\n\r\n" + Self.bad, [400]), (Self.publish + "Content-Length: 2\r\n\r\nhi" + Self.bad, [200, 400]),
                (body + Self.bad, [200, 400]), (body + Self.good + Self.bad, [200, 200, 400]),
            ] {
                try await Self.expect(statuses, for: [text], from: server)
            }
            try await Self.expect([400], for: Self.bad.map { String($0) }, from: server)
        }
    }

    @Test func spacesThatStandElsewhereAreNoFault() async throws {
        let chunked = Self.publish + "Transfer-Encoding: chunked\r\n\r\na\r\nGET  /x  y\r\n0\r\n\r\n"
        let body = Self.publish + "Content-Length: 35\r\n\r\nGET  /x  HTTP/1.1\r\n\r\nGET  /x  HTTP/"
        try await TestServer.run { server in
            let texts = [
                (Self.good + Self.good, [200, 200]), ("\r\n" + Self.good, [200]), (chunked + Self.good, [200, 200]),
                (body + Self.good, [200, 200]), (chunked + chunked + body + Self.good, [200, 200, 200, 200]),
            ]
            for (text, statuses) in texts {
                try await Self.expect(statuses, for: [text], from: server)
                let cut = text.utf8.index(text.startIndex, offsetBy: text.utf8.count - 20)
                let pieces = [String(text[..<cut]), String(text[cut...])]
                try await Self.expect(statuses, for: pieces, from: server)
            }
            try await Self.expect([200, 200], for: (Self.good + Self.good).map { String($0) }, from: server)
        }
    }
}
