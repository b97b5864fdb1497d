import HTTPWire
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// How a connection is found to be of HTTP/2, or of HTTP/1 (RFC 9113, 3.3 and 3.4).
@Suite(.timeLimit(.minutes(2)))
struct HTTP2PrefaceTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let settings = HTTP2Client.frame(4, flags: 0, on: 0, [])

    /// Sends a byte at a time, each of them a packet of its own if the system can't wait for more.
    private static func send(_ bytes: [UInt8], to server: TestServer, by client: RawClient) async throws {
        for byte in bytes {
            client.send([byte])
            // The hub has done with what it has read when it answers somebody else.
            _ = try await server.request("GET", "/health/live")
        }
    }

    @Test func itMayComeByteByByte() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                try await Self.send(Self.preface, to: server, by: client)
                try await Self.send(Self.settings, to: server, by: client)
                let head = HTTP2Client.frame(1, flags: 5, on: 1, HTTP2Client.literals(HTTP2Client.head))
                try await Self.send(head, to: server, by: client)
                try await client.wait("a response should come") { text, _ in text.contains(#"{"status":"live"}"#) }
            }
        }
    }

    @Test(arguments: ["POST", "P", "PR", "PRI"])
    func aRequestThatBeginsAlikeIsOfHTTP1(method: String) async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                let head = "\(method) /publish?topic=a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
                try await Self.send(Array(head.utf8), to: server, by: client)
                let answer = try await client.readAnswer()
                #expect(method == "POST" ? answer.status == 200 : answer.status >= 400)
            }
        }
    }

    @Test(arguments: [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\rX", "PRI * HTTP/2.0\r\n\r\nXX", "PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n",
        "PRI /a HTTP/2.0\r\n\r\nSM\r\n\r\n", "pri * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ])
    func whatIsNearlyOneIsRefusedAsHTTP1(text: String) async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send(text)
                #expect(try await client.readAnswer().status >= 400)
                try await client.waitForClose()
            }
        }
    }

    @Test func oneThatIsCutByTheClientsEndIsNoFault() async throws {
        try await TestServer.run { server in
            for count in [1, 3, 4, 23, 24] {
                let client = try await RawClient.connect(port: server.port, outlivesEnd: true)
                client.send(Array(Self.preface.prefix(count)))
                try await client.endInput()
                try await client.waitForClose()
            }
            try await server.wait("nothing should be left") {
                $0["hub_connections"] == 1 && $0["hub_http2_connections"] == 0
            }
        }
    }

    @Test func aClientThatSaysNothingMoreIsClosed() async throws {
        try await TestServer.run({ $0.limits.headTime = .milliseconds(300) }) { server in
            for bytes in [Array(Self.preface.prefix(10)), Self.preface, Self.preface + Self.settings] {
                try await server.connect { client in
                    client.send(bytes)
                    try await client.waitForClose()
                }
            }
        }
    }

    /// A first frame that is no SETTINGS is an error of the connection (RFC 9113, 3.4).
    @Test func itIsFollowedBySettings() async throws {
        try await TestServer.run { server in
            try await server.connect { client in
                client.send(Self.preface + HTTP2Client.frame(6, flags: 0, on: 0, [UInt8](repeating: 0, count: 8)))
                try await client.waitForClose()
            }
        }
    }

    /// What HTTP/1 takes is taken here too, before the client knows the hub's settings.
    @Test func theFirstHeadMayBeAsLongAsAnyOther() async throws {
        try await TestServer.run { server in
            try await server.connect { raw in
                let client = HTTP2Client(raw)
                let topics = (0..<90).map { "topic=\(String(repeating: "t", count: 500))\($0)" }.joined(separator: "&")
                let polled = try await client.response(client.request("GET", "/poll?\(topics)"))
                #expect(polled.status == "200")
            }
        }
    }
}
