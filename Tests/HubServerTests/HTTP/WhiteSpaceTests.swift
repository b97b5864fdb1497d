import HubDoor
import Testing

@testable import HubServer

/// White space around a field's value is no part of it (RFC 9110, 5.5).
@Suite(.timeLimit(.minutes(1)))
struct WhiteSpaceTests {
    private static let spaces = ["", " ", "\t", " \t "]

    @Test func aKeyIsTakenWithSpaceAroundTheField() async throws {
        try await TestServer.run({ $0.access = AccessRules(keys: PublishKeys(["k"])) }) { server in
            for space in Self.spaces {
                let headers = ["Authorization:\(space)Bearer k\(space)", "Origin:\(space)http://127.0.0.1\(space)"]
                let answer = try await server.request("POST", "/publish?topic=a", headers: headers, body: "x")
                #expect(answer.status == 200, "\(answer.body)")
            }
        }
    }

    /// Only spaces may stand between the scheme and what it takes (RFC 9110, 11.4).
    @Test func aTabDoesNotSeparateASchemeFromItsKey() async throws {
        try await TestServer.run({ $0.access = AccessRules(keys: PublishKeys(["k"])) }) { server in
            for (space, status) in [("  ", 200), ("\t", 401), ("\t ", 401), (" \t", 401), (" \t ", 401)] {
                let headers = ["Authorization:\tBearer\(space)k\t"]
                let answer = try await server.request("POST", "/publish?topic=a", headers: headers, body: "x")
                #expect(answer.status == status, "\(headers)")
            }
        }
    }

    @Test func aConnectionEndsAsItIsAskedTo() async throws {
        try await TestServer.run { server in
            for space in Self.spaces {
                try await server.connect { client in
                    client.send("GET", "/health/live", headers: ["Connection:\(space)close\(space)"])
                    let answer1 = try await client.readAnswer()
                    #expect(answer1["connection"] == "close")
                    try await client.waitForClose()
                }
            }
        }
    }

    @Test func aBodyIsFramedByItsLength() async throws {
        try await TestServer.run { server in
            for space in Self.spaces + ["\t\t", "  "] {
                let head = "POST /publish?topic=a HTTP/1.1\r\nHost: h\r\nContent-Length:\(space)2\(space)\r\n"
                try await server.connect { client in
                    client.send(head + "Expect:\(space)100-continue\(space)\r\n\r\n")
                    let answer2 = try await client.readAnswer()
                    #expect(answer2.status == 100)
                    client.send("hi")
                    let answer3 = try await client.readAnswer()
                    #expect(answer3.status == 200)
                }
            }
        }
    }

    @Test func tabsInABodyStay() async throws {
        let line = "POST /publish?topic=tabs HTTP/1.1\r\nHost:\th\t\r\n"
        let long = String(repeating: "a\tb", count: 3000)
        let requests = [
            line + "Content-Length:\t4\t\r\n\r\n\t1\t\t",
            line + "Content-Length:\t9000 \t\r\n\r\n" + long,
            line + "X:\t\r\nContent-Length: \t 2\t \t\r\nX: a\tb\r\n\r\n\t2",
            line + "Transfer-Encoding:\tchunked\t\r\n\r\n5\r\n\r\n\t\r\n\r\n0\r\n\r\n",
        ]
        let text = requests.joined() + "GET /poll?topic=tabs&cursor=earliest HTTP/1.1\r\nHost: h\t\r\n\r\n"
        for sizes in [[text.utf8.count], [3, 50], [1, 3900, 7]] {
            try await TestServer.run { server in
                try await server.connect { client in
                    var rest = text.utf8[...]
                    var number = 0
                    while !rest.isEmpty {
                        client.send(Array(rest.prefix(sizes[number % sizes.count])))
                        rest = rest.dropFirst(sizes[number % sizes.count])
                        number += 1
                    }
                    for _ in requests {
                        let answer = try await client.readAnswer()
                        #expect(answer.status == 200)
                    }
                    let batch = try BatchAnswer(try await client.readAnswer())
                    #expect(batch.data == ["\t1\t\t", long, "\t2", "\n\t\n"])
                }
            }
        }
    }

    @Test(arguments: ["GET\t/health/live HTTP/1.1\r\nHost: h", "GET /health/live HTTP/1.1\r\nHost\t: h"])
    func tabsElsewhereAreRefused(_ head: String) async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send(head + "\r\n\r\n")
                let answer = try await client.readAnswer()
                #expect(answer.status >= 400)
            }
        }
    }

    @Test func bytesThatAreNoTextTakeNoMoreRoomThanTheyHave() async throws {
        try await TestServer.run { server in
            for bytes: [UInt8] in [[0xFF], [0xE2, 0x82], [0x80, 0x81], [0xF0, 0x9F, 0x98]] {
                try await server.connect { client in
                    let value = Array(repeatElement(bytes, count: 50_000 / bytes.count).joined())
                    client.send(
                        Array("GET /health/live HTTP/1.1\r\nHost: h\r\nX: ".utf8) + value + Array("\r\n\r\n".utf8))
                    let answer = try await client.readAnswer()
                    #expect(answer.status == 200)
                }
            }
        }
    }

    @Test func aWebSocketOpens() async throws {
        let fields = [
            ("Connection", "keep-alive, Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Origin", "http://127.0.0.1"),
        ]
        try await TestServer.run { server in
            for space in Self.spaces {
                try await server.connect { client in
                    client.send("GET", "/ws?topic=a", headers: fields.map { "\($0):\(space)\($1)\(space)" })
                    try await client.wait("the handshake should be answered") { text, _ in text.contains("\r\n\r\n") }
                    #expect(client.text.hasPrefix("HTTP/1.1 101 "))
                }
            }
        }
    }

    @Test func whatAStreamIsAskedForIsUnderstood() async throws {
        try await TestServer.run { server in
            for space in Self.spaces {
                let accepted = try await server.request(
                    "HEAD", "/sse?topic=a", headers: ["Accept:\(space)text/event-stream\(space)"])
                #expect(accepted.status == 200)
                let first = try await server.request("GET", "/poll?topic=a")
                let tag = try #require(first["etag"])
                let second = try await server.request(
                    "GET", "/poll?topic=a", headers: ["If-None-Match:\(space)\(tag)\(space)"])
                #expect(second.status == 304)
            }
        }
    }
}
