import ByteStrings
import TestSupport
import Testing

/// Requests that are changed at random, sent to a hub of its own.
@Suite(.timeLimit(.minutes(Patience.minutes(90))))
struct HTTPFuzzTests {
    private static let heads = [
        "/poll?topic=a&cursor=earliest\nHost: a\nIf-None-Match: \"x\", W/\"y\"\nAccept: application/json;q=0.5, */*",
        "/sse?topic=a%20b&topic=c&since=10m\nHost: [::1]:80\nOrigin: http://localhost\nCache-Control: no-cache",
        "/ws?topic=a\nHost: a\nUpgrade: websocket\nConnection: keep-alive, Upgrade\nSec-WebSocket-Version: 13\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Extensions: permessage-deflate; a=\"b\"",
        "/iframe?origin=http://a&topic=a\nHost: a\nLast-Event-ID: 0", "http://a/topics?limit=1&after=x\nHost: a",
        "/health/live\nHost: a\nX-Forwarded-For: 1.2.3.4, [::1]:80\nForwarded: for=\"_x\";by=y\nExpect: 100-continue",
        "*\nHost: a", "/publish\nHost: a\nAuthorization: Bearer x\nIdempotency-Key: k",
    ]
    private static let streams = [
        "POST /publish?topic=a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /health/live HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /publish HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
            + "1a;x=y\r\n{\"topic\":\"a\",\"data\":\"bcde\"}\r\n0\r\nTrailer: x\r\n\r\n",
        "GET /poll?topic=a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]
    private static let words = [
        ",", ";", "=", "\"", ":", " ", "\t", "\n", "\r\n", "\r\n\r\n", "%", "%00", "%CC%81", "\u{301}", "\u{316}", "&",
        "?",
        "#", "/", "*", "topic=", "Host: ", "chunked", "Content-Length: ", "Transfer-Encoding: ", "HTTP/1.0", "earliest",
        "GET ", "OPTIONS ", "gzip", "close", "0", "-1", "99999999999999999999", "Origin: null", "\u{0}", "\u{FEFF}",
    ]

    @Test func everyCompleteHeadIsAnsweredTheSameHoweverItComes() async throws {
        try await HubBinary.run(["--port", "0", "--loops", "1", "--insecure", "--trusted-proxy", "127.0.0.0/8"]) {
            hub in
            let port = try await hub.port()
            var fuzzer = Fuzzer(samples: Self.heads.map { Array($0.utf8) }, words: Self.words)
            try await fuzzer.run { bytes, generator in
                guard let head = Self.head(bytes) else { return false }
                let whole = try await Self.status([head], port)
                let pieces = try await Self.status(Fuzzer.pieces(of: head, using: &generator), port)
                guard whole == pieces else { throw Fuzzer.Difference("whole \(whole), in pieces \(pieces)") }
                guard hub.isRunning else { throw Fuzzer.Difference("the hub has ended") }
                return whole.hasPrefix("HTTP/1.1 2") || whole.hasPrefix("HTTP/1.1 1")
            }
        }
    }

    @Test func theHubOutlivesWhatIsNoHTTP() async throws {
        try await HubBinary.run(["--port", "0", "--loops", "1", "--insecure"]) { hub in
            let port = try await hub.port()
            let health = Array("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            var fuzzer = Fuzzer(samples: Self.streams.map { Array($0.utf8) }, words: Self.words)
            try await fuzzer.run { bytes, generator in
                let client = try await RawClient.connect(port: port)
                for piece in Fuzzer.pieces(of: bytes, using: &generator) { client.send(piece) }
                let status = try await Self.status([health], port)
                let text = client.text
                await client.close()
                guard status == "HTTP/1.1 200 OK", hub.isRunning else {
                    throw Fuzzer.Difference("the hub is \(status)")
                }
                return text.hasPrefix("HTTP/1.1 2")
            }
        }
    }

    /// A complete head of lines, without what would announce a body.
    private static func head(_ bytes: [UInt8]) -> [UInt8]? {
        let lines: [[UInt8]] = bytes.split(separator: 0x0A).map { line in line.filter { $0 >= 0x20 } }
        let folded = ByteString(decoding: bytes).lowercasedASCII
        guard let target = lines.first, !target.contains(0x20), !folded.contains("content-length"),
            !folded.contains("transfer-encoding")
        else { return nil }
        var head = Array("GET ".utf8)
        head += target
        head += Array(" HTTP/1.1".utf8)
        for line in lines.dropFirst() { head += [0x0D, 0x0A] + line }
        return head + [0x0D, 0x0A, 0x0D, 0x0A]
    }

    /// The first line of the answer.
    private static func status(_ pieces: [[UInt8]], _ port: Int) async throws -> String {
        let client = try await RawClient.connect(port: port)
        for piece in pieces { client.send(piece) }
        try await client.wait("an answer", seconds: Patience.seconds(10)) { text, isClosed in
            isClosed || text.contains("\r\n")
        }
        let line = client.text.prefix { $0 != "\r\n" }
        await client.close()
        return String(line)
    }
}
