/// A request whose text somebody chose who means ill.
struct HostileRequest {
    let name: String
    let bytes: [UInt8]

    private init(_ name: String, _ head: [String], line: [UInt8] = [], body: [UInt8] = []) {
        self.name = name
        self.bytes = Array(head.joined(separator: "\r\n").utf8) + line + Array("\r\n\r\n".utf8) + body
    }

    // MARK: Heads

    private static let headBytes = 60_000
    private static let targetBytes = 16_000
    private static let host = "Host: 127.0.0.1"
    private static let poll = "GET /poll?topic=a&cursor=earliest HTTP/1.1"

    /// Fields, and the requests beside a poll that read them.
    private static let fields: [(name: String, requests: [String])] = [
        ("Accept", ["HEAD /sse?topic=a"]), ("Access-Control-Request-Headers", ["OPTIONS /sse"]),
        ("Access-Control-Request-Method", ["OPTIONS /sse"]), ("Authorization", ["GET /topics"]),
        ("Cache-Control", ["HEAD /sse?topic=a"]), ("Connection", ["GET /ws?topic=a"]),
        ("Content-Encoding", ["POST /publish?topic=a"]), ("Content-Type", ["POST /publish", "POST /poll?topic=a"]),
        ("Cookie", []), ("Expect", ["POST /publish?topic=a"]), ("Forwarded", []), ("Host", ["POST /publish?topic=a"]),
        ("Idempotency-Key", ["POST /publish?topic=a"]), ("If-None-Match", ["GET /hub.js"]), ("Last-Event-ID", []),
        ("Origin", ["POST /publish?topic=a", "OPTIONS /sse", "GET /ws?topic=a"]), ("Sec-Fetch-Mode", []),
        ("Sec-WebSocket-Extensions", ["GET /ws?topic=a"]), ("Sec-WebSocket-Key", ["GET /ws?topic=a"]),
        ("Sec-WebSocket-Protocol", ["GET /ws?topic=a"]), ("Sec-WebSocket-Version", ["GET /ws?topic=a"]),
        ("Transfer-Encoding", ["POST /publish?topic=a"]), ("Upgrade", ["GET /ws?topic=a"]), ("X-Forwarded-For", []),
        ("X-Unknown", []),
    ]

    /// Heads as long as they may be: each field with each text, and targets with each in every place.
    static var heads: [HostileRequest] {
        HostileText.allCases.flatMap { text in
            self.fields.flatMap { field in
                ([self.poll] + field.requests.map { "\($0) HTTP/1.1" }).map { self.field(field.name, $0, text) }
            } + self.targets(text)
        }
    }

    private static func field(_ name: String, _ request: String, _ text: HostileText) -> HostileRequest {
        var lines = [request]
        if name != "Host" { lines.append(self.host) }
        if request.hasPrefix("GET /ws") {
            lines += WebSocketClient.handshake.filter { !$0.hasPrefix("\(name):") }
        }
        if request.hasPrefix("OPTIONS"), name != "Origin" { lines.append("Origin: https://example.org") }
        if request.hasPrefix("POST") { lines.append("Content-Length: 0") }
        return HostileRequest(
            "\(name), \(text), \(request)", lines + ["\(name): "], line: text.bytes(self.headBytes))
    }

    private static func targets(_ text: HostileText) -> [HostileRequest] {
        let places = [
            "GET /", "GET http://", "GET /poll?", "GET /poll?topic=a&format=", "GET /poll?topic=a&since=",
            "GET /poll?topic=a&cursor=", "GET /poll?topic=a&limit=", "GET /poll?topic=", "HEAD /sse?topic=a&prime=",
            "HEAD /iframe?topic=a&origin=", "GET /topics?after=", "POST /publish?topic=a&event=",
            "POST /publish?topic=a&key=",
        ]
        return places.map { place in
            let line = text.bytes(self.targetBytes - place.utf8.count).filter { $0 != 0x20 }
            return HostileRequest(
                "\(place), \(text)", [place], line: line + Array(" HTTP/1.1\r\n\(self.host)\r\nContent-Length: 0".utf8))
        }
    }

    // MARK: Bodies

    private static let bodyBytes = (1 << 20) - 1

    /// Bodies of a mebibyte, in every form that is read.
    static var bodies: [HostileRequest] {
        self.documents.flatMap { name, document in
            [
                self.body("POST /publish", "application/json", name, document),
                self.body("POST /publish", "application/x-ndjson", name, document),
                self.body("POST /publish?topic=a", "text/plain", name, document),
                self.body("POST /poll?topic=a", "application/json", name, Array(document.prefix(150_000))),
                self.body(
                    "POST /poll?topic=a", "application/x-www-form-urlencoded", name, Array(document.prefix(150_000))),
            ]
        }
    }

    private static func body(_ request: String, _ type: String, _ name: String, _ bytes: [UInt8]) -> HostileRequest {
        let lines = ["\(request) HTTP/1.1", self.host, "Content-Type: \(type)", "Content-Length: \(bytes.count)"]
        return HostileRequest("\(request), \(type), \(name)", lines, body: bytes)
    }

    /// Documents of JSON, or nearly, and what looks like some.
    static var documents: [(name: String, bytes: [UInt8])] {
        let texts = HostileText.allCases.flatMap { text in
            self.places.map { place, before, after in
                let room = self.bodyBytes - before.utf8.count - after.utf8.count
                return ("\(place) of \(text)", Array(before.utf8) + text.bytes(room) + Array(after.utf8))
            }
        }
        return texts
            + self.repetitions.map { name, before, piece, after in
                let count = (self.bodyBytes - before.utf8.count - after.utf8.count) / piece.utf8.count
                let middle = Array(repeatElement(Array(piece.utf8), count: count).joined())
                return (name, Array(before.utf8) + middle + Array(after.utf8))
            }
    }

    private static let places = [
        ("text", "", ""), ("name", "{\"", "\":1}"), ("topic", "{\"topic\":\"", "\",\"data\":1}"),
        ("data", "{\"topic\":\"a\",\"data\":\"", "\"}"), ("type", "{\"type\":\"", "\"}"),
        ("deep name", "{\"topic\":\"a\",\"data\":{\"", "\":1}}"), ("number", "{\"topic\":\"a\",\"retry\":", "}"),
    ]

    private static let repetitions = [
        ("arrays in each other", "", "[", ""), ("objects in each other", "", "{\"a\":", ""),
        ("empty strings", "{\"topic\":[\"\"", ",\"\"", "]}"), ("values", "{\"topic\":\"a\",\"data\":[1", ",1", "]}"),
        ("words", "{\"topic\":\"a\",\"data\":[true", ",true", "]}"),
        ("objects", "{\"topic\":\"a\",\"data\":[{}", ",{\"a\":1}", "]}"),
        ("the same name", "{\"a\":1", ",\"a\":1", "}"), ("escapes", "{\"topic\":\"a\",\"data\":\"", "\\n", "\"}"),
        ("code points", "{\"topic\":\"a\",\"data\":\"", "\\u0301", "\"}"),
        ("pairs of surrogates", "{\"topic\":\"a\",\"data\":\"", "\\ud83d\\ude00", "\"}"),
        ("lines", "", "\n", ""), ("envelopes", "", "{\"topic\":\"a\",\"data\":1}\n", ""), ("names", "", "a&", ""),
        ("carriage returns", "{\"topic\":\"a\",\"data\":\"", "\r", "\"}"),
    ]
}
