import HTTPWire
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// A hub that drains tells every stream, and loses no byte of its last words.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2DrainTests {
    private static let noError: UInt32 = 0
    private static let paths = [
        "/sse?topic=a", "/iframe?topic=a&origin=http://127.0.0.1", "/long-poll?topic=a&timeout=60",
    ]

    @Test(arguments: Self.paths)
    func theLastStreamOfAConnectionIsToldToo(path: String) async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                let id = client.request("GET", path)
                try await server.wait("it should listen") { $0["hub_subscribers"] == 1 }
                await server.server.drain(over: .milliseconds(10))
                let ended = try await client.response(id)
                #expect(ended.isComplete && ended.reset == nil && ended.status == "200", "\(ended)")
                try await client.raw.waitForClose()
                let last = try #require(try client.goAways().last)
                #expect(last.code == Self.noError && last.lastID == id)
            }
        }
    }

    @Test func everyStreamIsTold() async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                let ids = Self.paths.map { client.request("GET", $0) }
                try await server.wait("all should listen") { $0["hub_subscribers"] == Double(ids.count) }
                async let drained: Void = server.server.drain(over: .seconds(1))
                #expect(try await client.lastWord() == Self.noError)
                #expect(try client.goAways().first?.lastID == 0x7FFF_FFFF, "more may be on its way (RFC 9113, 6.8)")
                await drained
                for id in ids {
                    let ended = try await client.response(id)
                    #expect(ended.isComplete && ended.reset == nil && ended.status == "200", "\(ended)")
                }
                for id in ids.prefix(2) { #expect(try client.stream(id).text.contains("drain")) }
                try await client.raw.waitForClose()
            }
        }
    }

    @Test func whatIsAskedForMeanwhileIsServed() async throws {
        try await TestServer.run { server in
            try await server.speakHTTP2 { client in
                // A request keeps the connection: when a stream is closed in the drain is a matter of chance.
                let open = client.request("POST", "/publish?topic=b", body: Array("x".utf8), isComplete: false)
                client.request("GET", "/sse?topic=a")
                try await server.wait("it should listen") { $0["hub_subscribers"] == 1 }
                async let drained: Void = server.server.drain(over: .seconds(1))
                #expect(try await client.lastWord() == Self.noError)
                let late = client.request("POST", "/publish?topic=b", body: Array("x".utf8))
                #expect(try await client.response(late).status == "200")
                client.send(.data, flags: HTTP2Client.Frame.endStream, on: open, Array("x".utf8))
                #expect(try await client.response(open).status == "200")
                await drained
                try await client.raw.waitForClose()
            }
        }
    }

    @Test func aRequestThatCrossesTheEndOfAnIdleConnectionIsServed() async throws {
        try await TestServer.run({ $0.limits.farewellTime = .milliseconds(Patience.milliseconds(10_000)) }) { server in
            try await server.speakHTTP2 { client in
                #expect(try await client.response(client.request("GET", "/health/live")).status == "200")
                async let drained: Void = server.server.drain(over: .milliseconds(10))
                #expect(try await client.lastWord() == Self.noError)
                #expect(try client.goAways().first?.lastID == 0x7FFF_FFFF)
                let crossing = client.request("POST", "/publish?topic=a", body: Array("x".utf8))
                #expect(try await client.response(crossing).status == "200")
                await drained
                try await client.raw.waitForClose()
            }
        }
    }

    @Test func aDrainingHubServesARequestOnANewConnectionAndEndsIt() async throws {
        try await TestServer.run { server in
            await server.server.drain(over: .milliseconds(10))
            for (method, target, status) in [("POST", "/publish?topic=a", "200"), ("GET", "/sse?topic=a", "503")] {
                try await server.speakHTTP2 { client in
                    let response = try await client.response(
                        client.request(method, target, body: method == "POST" ? [0x78] : nil))
                    #expect(response.status == status, "\(response)")
                    try await client.raw.waitForClose()
                    // Before the answer, so that nobody asks for more, and at the end.
                    #expect(try client.goAways().map(\.code) == [Self.noError, Self.noError])
                }
            }
        }
    }
}
