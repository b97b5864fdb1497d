import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// What makes a head malformed (RFC 9113, 8.2 and 8.3) ends its stream and harms no other.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2HeadTests {
    private static let protocolError: UInt32 = 1
    private static let streamClosed: UInt32 = 5

    /// Sends heads on one connection: each must be refused, and the connection must go on.
    private static func expectRefusal(of heads: [[(String, String)]]) async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                for head in heads {
                    let refused = try await client.response(client.begin(head))
                    #expect(refused.reset == Self.protocolError && refused.status == nil, "\(head): \(refused)")
                }
                #expect(try await client.isServed())
                #expect(try client.goAways().isEmpty)
            }
        }
    }

    @Test func aFieldOfAConnectionIsRefused() async throws {
        let fields = [
            ("connection", "close"), ("connection", "keep-alive"), ("keep-alive", "timeout=5"),
            ("proxy-connection", "keep-alive"), ("transfer-encoding", "chunked"), ("upgrade", "websocket"),
            ("te", "gzip"), ("te", "trailers, gzip"), ("te", ""),
        ]
        try await Self.expectRefusal(of: fields.map { HTTP2Client.head + [$0] })
    }

    @Test func aNameThatIsNoneIsRefused() async throws {
        let names = ["Accept", "aCCept", "x-\u{301}", "a b", " a", "a ", "a:b", "a\r\nb", "a\0", "x-é"]
        try await Self.expectRefusal(of: names.map { HTTP2Client.head + [($0, "x")] })
    }

    @Test func aValueThatIsNoneIsRefused() async throws {
        let values = [" a", "a ", "\ta", "a\t", " ", "a\0b", "\0", "a\rb", "a\nb", "a\r\nb: c"]
        let fields = ["x-a", "cookie", "host", "accept"].flatMap { name in values.map { (name, $0) } }
        try await Self.expectRefusal(of: fields.map { HTTP2Client.head + [$0] })
        try await Self.expectRefusal(of: values.map { HTTP2Client.head([":authority": $0]) })
        try await Self.expectRefusal(of: values.map { HTTP2Client.head([":path": "/health/live" + $0 + "\n"]) })
    }

    @Test func aPseudoFieldIsThereOnceAndBeforeTheOthers() async throws {
        let once = [":method", ":scheme", ":path"].map { HTTP2Client.head([$0: nil]) }
        let twice = HTTP2Client.head.map { HTTP2Client.head + [$0] }
        let late = HTTP2Client.head.indices.map { index in
            var head = HTTP2Client.head
            let moved = head.remove(at: index)
            return head + [("accept", "*/*"), moved]
        }
        let unknown = [":status", ":protocol", ":", ":x", ":Path", ":path\u{301}"].map {
            [($0, "200")] + HTTP2Client.head
        }
        try await Self.expectRefusal(of: once + twice + late + unknown + [HTTP2Client.head([":path": ""]), []])
    }

    @Test func whatIsUnusualAndAllowedIsTaken() async throws {
        let heads = [
            HTTP2Client.head + [("te", "trailers")], HTTP2Client.head + [("te", "Trailers")],
            HTTP2Client.head + [("x-empty", "")], HTTP2Client.head + [("x-a", "in \t between")],
            Array(HTTP2Client.head.reversed()), HTTP2Client.head + [("host", "127.0.0.1")],
            HTTP2Client.head([":authority": nil]) + [("host", "127.0.0.1")],
        ]
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                for head in heads {
                    let taken = try await client.response(client.begin(head))
                    #expect(taken.status == "200", "\(head): \(taken)")
                }
            }
        }
    }

    // MARK: - Trailers

    /// Sends a request with a body, and a second block of fields after it.
    private static func publish(
        _ client: HTTP2Client, trailers: [(String, String)], isComplete: Bool = true
    ) async throws -> HTTP2Client.Received {
        let id = client.request("POST", "/publish?topic=a", body: Array("x".utf8), isComplete: false)
        client.send(block: HTTP2Client.literals(trailers), isComplete: isComplete, on: id)
        return try await client.response(id)
    }

    @Test func trailersAreCheckedAsHeadsAre() async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                let trailers = [
                    (":path", "/"), (":status", "200"), ("Checksum", "1"), ("connection", "close"), ("a", " b"),
                ]
                for trailer in trailers {
                    let refused = try await Self.publish(client, trailers: [("a", "b"), trailer])
                    #expect(refused.reset == Self.protocolError && refused.status == nil, "\(trailer): \(refused)")
                }
                let endless = try await Self.publish(client, trailers: [("a", "b")], isComplete: false)
                #expect(endless.reset == Self.protocolError, "they are the end of the stream (RFC 9113, 8.1)")
                let taken = try await Self.publish(client, trailers: [("checksum", "1")])
                #expect(taken.status == "200", "\(taken)")
                let poll = try await client.response(client.request("GET", "/poll?topic=a&cursor=earliest"))
                #expect(poll.text.ranges(of: #""data":"x""#).count == 1, "only one has been published")
            }
        }
    }

    @Test func aHeadOnAStreamThatIsCompleteEndsIt() async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                let id = client.request("GET", "/sse?topic=a")
                try await client.wait(id, "it begins") { $0.status == "200" }
                client.send(block: HTTP2Client.literals(HTTP2Client.head), isComplete: true, on: id)
                // RFC 9113, 5.1, calls it STREAM_CLOSED, NIO a fault of the request; its stream ends either way.
                try await client.wait(id, "it should be reset") {
                    $0.reset == Self.streamClosed || $0.reset == Self.protocolError
                }
                #expect(try await client.isServed())
            }
        }
    }

    @Test func dataOnAStreamThatIsCompleteEndsIt() async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                let id = client.request("GET", "/sse?topic=a")
                try await client.wait(id, "it begins") { $0.status == "200" }
                client.send(.data, on: id, Array("x".utf8))
                try await client.wait(id, "it should be reset") { $0.reset == Self.streamClosed }
                #expect(try await client.isServed())
            }
        }
    }
}
