import HTTPWire
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// How connections of HTTP/2 and their streams end: by the hub, by the client, by silence.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2EndTests {
    private static let noError: UInt32 = 0
    private static let cancel: UInt32 = 8
    private static let paths = [
        "/sse?topic=a", "/iframe?topic=a&origin=http://127.0.0.1", "/long-poll?topic=a&timeout=60",
    ]

    /// Asks for a stream of every kind on one connection.
    private static func open(_ client: HTTP2Client, on server: TestServer) async throws -> [UInt32] {
        let ids = self.paths.map { client.request("GET", $0) }
        try await server.wait("all should listen") { $0["hub_subscribers"] == Double(ids.count) }
        return ids
    }

    // MARK: - By the hub

    @Test func aConnectionOnWhichNothingIsAskedForEndsWithTheDrain() async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                #expect(try await client.isServed())
                await server.server.drain(over: .milliseconds(10))
                try await client.raw.waitForClose()
                #expect(try client.goAways().map(\.code) == [Self.noError, Self.noError], "announced, and then said")
            }
        }
    }

    // MARK: - By the client

    @Test func aStreamThatTheClientResetsIsOverAndNoOther() async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                let ids = try await Self.open(client, on: server)
                let half = client.request("POST", "/publish?topic=a", body: [0x78], isComplete: false)
                for id in [ids[0], ids[2], half] { client.send(.reset, on: id, HTTP2Client.bytes(Self.cancel)) }
                try await server.wait("they should be over") {
                    $0["hub_subscribers"] == 1 && $0["hub_http2_streams"] == 1
                }
                let published = client.request("POST", "/publish?topic=a", body: Array("hello".utf8))
                #expect(try await client.response(published).status == "200")
                try await client.wait(ids[1], "the other goes on") { $0.text.contains("hello") }
                #expect(try !client.stream(ids[0]).text.contains("hello"))
            }
        }
    }

    @Test(arguments: [false, true])
    func aClientThatLeavesEndsAllItsStreams(hasSaidSo: Bool) async throws {
        try await TestServer.run { server in
            let raw = try await RawClient.connect(port: server.port, outlivesEnd: true)
            let client = HTTP2Client(raw)
            _ = try await Self.open(client, on: server)
            if hasSaidSo { client.send(.goAway, [UInt8](repeating: 0, count: 8)) }
            try await client.raw.endInput()
            try await client.raw.waitForClose()
            try await server.wait("nothing should be left") {
                $0["hub_subscribers"] == 0 && $0["hub_http2_streams"] == 0 && $0["hub_http2_connections"] == 0
            }
        }
    }

    /// A client that begins no more streams keeps those that it has (RFC 9113, 6.8).
    @Test func aClientThatSaysGoAwayKeepsItsStreams() async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                let ids = try await Self.open(client, on: server)
                client.send(.goAway, [UInt8](repeating: 0, count: 8))
                client.send(.ping, [UInt8](repeating: 0, count: 8))
                try await eventually("it is seen") { try client.pongs() == 1 }
                _ = try await server.request("POST", "/publish?topic=a", body: "hello")
                for id in ids { try await client.wait(id, "the event comes") { $0.text.contains("hello") } }
            }
        }
    }

    // MARK: - By silence

    @Test func aConnectionThatIsNotUsedIsClosedWithAWord() async throws {
        try await TestServer.run({ $0.limits.idleTime = .milliseconds(300) }) { server in
            try await server.speakHTTP2 { busy in
                let id = busy.request("GET", "/sse?topic=a")
                try await busy.wait(id, "it begins") { $0.status == "200" }
                try await server.speakHTTP2 { idle in
                    #expect(try await idle.isServed())
                    try await idle.raw.waitForClose()
                    #expect(try idle.goAways().map(\.code) == [Self.noError])
                }
                #expect(!busy.raw.isClosed, "one that has a stream is used")
                _ = try await server.request("POST", "/publish?topic=a", body: "hello")
                try await busy.wait(id, "the event comes") { $0.text.contains("hello") }
            }
        }
    }

    @Test func aBodyThatDoesNotComeEndsItsStreamOnly() async throws {
        try await TestServer.run({ $0.limits.bodyTime = .milliseconds(300) }) { server in
            try await server.speakHTTP2 { client in
                let ids = try await Self.open(client, on: server)
                let late = client.request("POST", "/publish?topic=a", body: [0x78], isComplete: false)
                let refused = try await client.wait(late, "it should be let off") { $0.isComplete && $0.reset != nil }
                #expect(refused.status == "408" && refused.reset == Self.noError)
                _ = try await server.request("POST", "/publish?topic=a", body: "hello")
                for id in ids { try await client.wait(id, "the event comes") { $0.text.contains("hello") } }
            }
        }
    }
}
