import HTTPWire
import HubDoor
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// A stream of HTTP/2 takes a place, as a connection of HTTP/1 does: who asks on one connection has no more than who asks on many.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2CapsTests {
    private static let key = ("authorization", "Bearer k")
    private static let cancel: UInt32 = 8

    /// Opens streams of the topic `a`, all of which must be served.
    private static func hold(
        _ count: Int, _ client: HTTP2Client, _ fields: [(String, String)] = []
    ) async throws -> [UInt32] {
        let ids = (0..<count).map { _ in client.request("GET", "/sse?topic=a", fields) }
        for id in ids { try await client.wait(id, "it should begin") { $0.status == "200" } }
        return ids
    }

    private static func status(
        _ client: HTTP2Client, _ method: String, _ target: String, _ fields: [(String, String)] = []
    ) async throws -> String? {
        let body: [UInt8]? = method == "POST" ? Array("x".utf8) : nil
        return try await client.response(client.request(method, target, fields, body: body)).status
    }

    /// Gives up a stream, and waits until its place is free.
    private static func leave(_ id: UInt32, _ client: HTTP2Client) async throws {
        client.send(.reset, on: id, HTTP2Client.bytes(Self.cancel))
        try await eventually("there should be room again") {
            try await Self.status(client, "GET", "/topics") == "200"
        }
    }

    @Test func streamsOverTheCapAreToldSoAndMakeRoomWhenTheyLeave() async throws {
        try await TestServer.run({ $0.maximumConnections = 3 }) { server in
            try await server.speakHTTP2 { client in
                let ids = try await Self.hold(3, client)
                for (method, target) in [("POST", "/publish?topic=a"), ("GET", "/topics"), ("GET", "/openapi.yaml")] {
                    #expect(try await Self.status(client, method, target) == "503")
                }
                #expect(try await Self.status(client, "GET", "/health/live") == "200", "who watches is answered")
                try await Self.leave(ids[0], client)
                #expect(try await Self.status(client, "POST", "/publish?topic=a") == "200")
                #expect(try client.goAways().isEmpty)
                for id in ids.dropFirst() { try await client.wait(id, "they live") { $0.reset == nil } }
            }
        }
    }

    @Test func theFirstStreamHasThePlaceOfItsConnection() async throws {
        try await TestServer.run({ $0.maximumConnections = 2 }) { server in
            try await server.speakHTTP2 { client in
                _ = try await Self.hold(1, client)
                try await server.connect { other in
                    other.send("GET", "/sse?topic=a")
                    try await other.wait("there is a second place") { text, _ in text.contains("200 OK") }
                    #expect(try await Self.status(client, "GET", "/topics") == "503", "and no third")
                }
            }
        }
    }

    @Test func aKeyFindsTheReserve() async throws {
        try await TestServer.run({
            $0.maximumConnections = 2
            $0.access = AccessRules(keys: PublishKeys(["k"]))
        }) { server in
            try await server.speakHTTP2 { client in
                _ = try await Self.hold(2, client)
                for fields in [[], [("authorization", "Bearer wrong")]] {
                    #expect(try await Self.status(client, "POST", "/publish?topic=a", fields) == "503")
                }
                #expect(try await Self.status(client, "POST", "/publish?topic=a", [Self.key]) == "200")
                #expect(try await Self.status(client, "GET", "/topics", [Self.key]) == "200")
                #expect(try await Self.status(client, "GET", "/sse?topic=a", [Self.key]) == "503")
            }
        }
    }

    @Test func oneAddressMayHaveOnlySoManyOnWhateverConnections() async throws {
        try await TestServer.run({ $0.maximumConnectionsPerAddress = 3 }) { server in
            try await server.speakHTTP2 { client in
                let ids = try await Self.hold(3, client)
                #expect(try await Self.status(client, "GET", "/sse?topic=a") == "429")
                #expect(try await server.request("GET", "/sse?topic=a").status == 429)
                #expect(try await Self.status(client, "GET", "/topics") == "429")
                try await Self.leave(ids[1], client)
                _ = try await Self.hold(1, client)
            }
            try await eventually("the address should be free again") {
                try await server.request("POST", "/publish?topic=a", body: "x").status == 200
            }
        }
    }

    // MARK: - Behind a proxy

    @Test func behindATrustedProxyEachStreamCountsForItsOwnClient() async throws {
        try await TestServer.run({
            $0.maximumConnectionsPerAddress = 1
            $0.trustedProxies = [AddressRange("127.0.0.0/8")].compactMap { $0 }
        }) { server in
            try await server.speakHTTP2 { proxy in
                let clients = (1...5).map { [("x-forwarded-for", "192.0.2.\($0)")] }
                var ids: [UInt32] = []
                for client in clients { ids += try await Self.hold(1, proxy, client) }
                for client in clients {
                    #expect(try await Self.status(proxy, "GET", "/sse?topic=a", client) == "429")
                }
                #expect(try await Self.status(proxy, "GET", "/topics", [("x-forwarded-for", "192.0.2.9")]) == "200")
                proxy.send(.reset, on: ids[0], HTTP2Client.bytes(Self.cancel))
                try await eventually("its client should have its place again") {
                    try await Self.status(proxy, "GET", "/topics", clients[0]) == "200"
                }
                #expect(try await Self.status(proxy, "GET", "/topics", clients[1]) == "429")
            }
        }
    }

    @Test func aProxyMayHaveMoreStreamsThanAClient() async throws {
        try await TestServer.run({
            $0.trustedProxies = [AddressRange("127.0.0.0/8")].compactMap { $0 }
        }) { server in
            try await server.speakHTTP2 { proxy in
                try await eventually("the settings should come") { try proxy.settings()[3] != nil }
                #expect(try proxy.settings()[3] ?? 0 > 1000)
                let ids = try await Self.hold(300, proxy, [("x-forwarded-for", "192.0.2.1")])
                // Each of its clients may leave when it likes.
                for id in ids { proxy.send(.reset, on: id, HTTP2Client.bytes(Self.cancel)) }
                try await server.wait("all should be over") { $0["hub_subscribers"] == 0 }
                #expect(try await proxy.isServed())
            }
        }
    }
}
