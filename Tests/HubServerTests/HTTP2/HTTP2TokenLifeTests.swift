import HubDoor
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// Streams of one connection may have different tokens: each ends with its own.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2TokenLifeTests {
    private static let grant = #""subscribe":["a","b"]"#

    private static func revoke(_ server: TestServer, _ subject: String) async throws {
        let answer = try await server.request(
            "POST", "/revoke", headers: ["Authorization: Bearer key", "Content-Type: application/json"],
            body: #"{"sub":"\#(subject)"}"#)
        #expect(answer.status == 200)
    }

    private static func open(_ path: String, _ token: String, _ client: HTTP2Client) async throws -> UInt32 {
        let id = client.request("GET", path, [("authorization", "Bearer \(token)")])
        try await client.wait(id, "it begins") { $0.status == "200" }
        return id
    }

    @Test(arguments: ["/sse?topic=a", "/iframe?topic=a&origin=http://127.0.0.1"], ["expired", "revoked"])
    func aStreamIsToldThatItsTokenEndsAndItsNeighbourLives(path: String, reason: String) async throws {
        let tokens = try await TestTokens(publishKeys: ["key"], isTimeStill: true)
        try await TestServer.run({ $0.access = tokens.rules }) { server in
            try await server.speakHTTP2 { client in
                let other = try await Self.open("/sse?topic=b", try tokens.token(Self.grant, subject: "bob"), client)
                let token = try tokens.token(Self.grant, expiresIn: reason == "expired" ? 0.5 : 60)
                let id = try await Self.open(path, token, client)
                if reason == "revoked" { try await Self.revoke(server, "ada") }
                let ended = try await client.response(id)
                #expect(ended.isComplete && ended.reset == nil)
                #expect(ended.text.contains("close") && ended.text.contains(reason), "\(ended.text)")
                let key = [("authorization", "Bearer key")]
                let published = client.request("POST", "/publish?topic=b", key, body: Array("hello".utf8))
                #expect(try await client.response(published).status == "200")
                try await client.wait(other, "the event comes") { $0.text.contains("hello") && !$0.isComplete }
            }
        }
    }

    @Test func aLongPollEndsWithItsTokenAndItsCursor() async throws {
        let tokens = try await TestTokens(isTimeStill: true)
        try await TestServer.run({ $0.access = tokens.rules }) { server in
            try await server.speakHTTP2 { client in
                let token = try tokens.token(Self.grant, expiresIn: 0.5)
                let id = client.request("GET", "/long-poll?topic=a&timeout=60", [("authorization", "Bearer \(token)")])
                let ended = try await client.response(id)
                #expect(ended.status == "200" && ended.text.hasPrefix(#"{"events":[],"cursor":""#), "\(ended)")
            }
        }
    }

    @Test func aTokenThatIsTakenBackWhileTheRequestComesInCountsNoMore() async throws {
        let tokens = try await TestTokens(publishKeys: ["key"], isTimeStill: true)
        try await TestServer.run({ $0.access = tokens.rules }) { server in
            try await server.speakHTTP2 { client in
                let token = try tokens.token(#""publish":["a"]"#)
                let fields = [("authorization", "Bearer \(token)"), ("expect", "100-continue")]
                let id = client.request("POST", "/publish?topic=a", fields, isComplete: false)
                try await client.wait(id, "the head was looked at") { $0.status == "100" }
                try await Self.revoke(server, "ada")
                client.send(.data, flags: HTTP2Client.Frame.endStream, on: id, Array("x".utf8))
                let refused = try await client.response(id)
                #expect(refused.status == "401" && refused.text.contains("revoked"), "\(refused)")
            }
        }
    }
}
