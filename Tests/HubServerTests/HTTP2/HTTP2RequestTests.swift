import HTTPWire
import HubDoor
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// Requests over HTTP/2 keep to the same rules as others, and are answered alike.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2RequestTests {
    private static func with(
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        _ test: (HTTP2Client) async throws -> Void
    ) async throws {
        try await TestServer.run(configure) { server in
            try await server.speakHTTP2 { client in
                try await test(client)
                #expect(try await client.isServed(), "the connection should go on")
                #expect(try client.goAways().isEmpty)
            }
        }
    }

    @Test func aRequestHasOneHostAndAPath() async throws {
        let heads = [
            HTTP2Client.head([":authority": nil]), HTTP2Client.head + [("host", "localhost")],
            HTTP2Client.head + [("host", "127.0.0.1"), ("host", "127.0.0.1")],
            HTTP2Client.head([":authority": "a b"]), HTTP2Client.head([":authority": "user@127.0.0.1"]),
            HTTP2Client.head([":path": "http://127.0.0.1/health/live"]), HTTP2Client.head([":path": "health/live"]),
        ]
        try await Self.with { client in
            for head in heads {
                let refused = try await client.response(client.begin(head))
                #expect(refused.status == "400", "\(head): \(refused)")
                #expect(refused["content-type"] == "application/problem+json")
            }
        }
    }

    @Test func aHeadMayHaveSoManyFieldsAndBytes() async throws {
        let many = (0..<150).map { ("x-field-\($0)", "1") }
        let large = [
            ("x-large", String(repeating: "a", count: 40_000)), ("x-l", String(repeating: "a", count: 30_000)),
        ]
        try await Self.with { client in
            // Until they are acknowledged the settings don't count, and NIO takes less than they say.
            try await eventually("the settings should come") { try client.settings()[6] != nil }
            for fields in [many, large] {
                let id = client.request("GET", "/health/live", fields)
                let refused = try await client.response(id)
                #expect(refused.status == "431", "\(refused)")
            }
            let taken = try await client.response(client.request("GET", "/health/live", Array(many.prefix(99))))
            #expect(taken.status == "200")
        }
    }

    @Test func methodsAreKnownAndAllowed() async throws {
        try await Self.with { client in
            let unknown = try await client.response(client.request("BREW", "/health/live"))
            let absurd = try await client.response(client.request("a b", "/health/live"))
            #expect(unknown.status == "501" || unknown.status == "405", "\(unknown)")
            #expect(absurd.status == "501", "\(absurd)")
            let other = try await client.response(client.request("DELETE", "/publish"))
            #expect(other.status == "405" && other["allow"]?.contains("POST") == true, "\(other)")
        }
    }

    @Test func aStreamThatNeedsAnUpgradeSaysWhatIsWanted() async throws {
        try await Self.with { client in
            let refused = try await client.response(client.request("GET", "/ws?topic=a"))
            #expect(refused.status == "426", "\(refused)")
            // A field of a connection of HTTP/1 would make the response malformed (RFC 9113, 8.2.2).
            #expect(refused["upgrade"] == nil && refused["connection"] == nil)
        }
    }

    @Test func cookiesThatComeInSeveralFieldsAreOne() async throws {
        let tokens = try await TestTokens()
        try await Self.with({ $0.access = tokens.rules }) { client in
            let token = try tokens.token(#""subscribe":["a"]"#)
            let cookies = [("cookie", "a=b"), ("cookie", "hub_token=\(token)"), ("cookie", "c=d")]
            let poll = try await client.response(client.request("GET", "/poll?topic=a", cookies))
            #expect(poll.status == "200", "\(poll)")
            let foreign = cookies + [("sec-fetch-site", "cross-site")]
            #expect(try await client.response(client.request("GET", "/poll?topic=a", foreign)).status == "401")
        }
    }

    @Test func aForeignPageIsNoFriend() async throws {
        try await Self.with({ $0.cors = CORSPolicy(origins: ["http://friend.example"]) }) { client in
            for (origin, isFriend) in [("http://friend.example", true), ("http://evil.example", false)] {
                let poll = try await client.response(
                    client.request("GET", "/poll?topic=a", [("origin", origin)]))
                #expect(poll["access-control-allow-origin"] == (isFriend ? origin : nil), "\(poll)")
            }
        }
    }

    @Test func aNameThatSomebodyElseOwnsIsNoOriginOfTheHubs() async throws {
        try await Self.with { client in
            for (name, status) in [("evil.example", "403"), ("localhost:8080", "200")] {
                let head = [
                    (":method", "POST"), (":scheme", "http"), (":path", "/publish?topic=a"), (":authority", name),
                    ("origin", "http://\(name)"),
                ]
                let published = try await client.response(client.begin(head))
                #expect(published.status == status, "\(published)")
            }
        }
    }
}
