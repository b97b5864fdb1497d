import ByteStreams
import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// What streams hold that their clients do not take is taken from the clients' budget, and a stream for which there is no room ends.
@Suite(.timeLimit(.minutes(2)))
struct StalledStreamBudgetTests {
    private static let limit = 2 << 20

    private static func with(_ test: (TestServer) async throws -> Void) async throws {
        try await TestServer.run({
            $0.budget = ByteBudget(limit: Self.limit)
            $0.sendBufferBytes = 16 << 10
        }) { server in
            let event = try Publication(topics: [Topic("a")], data: EventData(String(repeating: "x", count: 900_000)))
            _ = try await server.hub.bus.publish([event]).get()
            try await test(server)
        }
    }

    /// Others are still served, and nothing is left when the streams are gone.
    private static func expectBound(_ server: TestServer) async throws {
        try await server.wait("some should have had to go") {
            ($0["hub_buffered_refusals_total"] ?? 0) > 0 && ($0["hub_subscribers"] ?? .infinity) <= 3
        }
        #expect((try await server.scrape()["hub_buffered_bytes"] ?? .infinity) <= Double(Self.limit))
    }

    @Test func streamsOfHTTP2() async throws {
        try await Self.with { server in
            try await server.speakHTTP2(settings: [4: 100], widensWindows: false) { client in
                let ids = (0..<10).map { _ in client.request("GET", "/sse?topic=a&cursor=earliest") }
                try await Self.expectBound(server)
                try await eventually("those should be reset") {
                    try ids.count { try client.stream($0).reset != nil } >= 7
                }
                #expect(try await client.isServed() && client.goAways().isEmpty)
            }
            try await server.wait("nothing should be held") { $0["hub_buffered_bytes"] == 0 }
        }
    }

    @Test func streamsOfHTTP1() async throws {
        try await Self.with { server in
            var clients: [RawClient] = []
            for _ in 0..<10 {
                let client = try await RawClient.connect(port: server.port, readsAtOnce: false, readByteCount: 100)
                client.send("GET", "/sse?topic=a&cursor=earliest")
                clients.append(client)
            }
            try await Self.expectBound(server)
            for client in clients { await client.close() }
            try await server.wait("nothing should be held") { $0["hub_buffered_bytes"] == 0 }
        }
    }
}
