import HubCore
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// Each stream is as slow as its own window, and holds up no other on its connection (RFC 9113, 5.2).
@Suite(.timeLimit(.minutes(2)))
struct HTTP2BackPressureTests {
    /// SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113, 6.5.2).
    private static let initialWindow: UInt16 = 4
    private static let wide: UInt32 = 1 << 30

    /// Runs a test with a client whose windows are as wide as it makes them.
    private static func with(
        window: UInt32, isShared: Bool = false, fanOut: FanOutConfiguration = FanOutConfiguration(),
        _ test: (HTTP2Client, TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run(fanOut: fanOut) { server in
            try await server.speakHTTP2(settings: [self.initialWindow: window], widensWindows: false) { client in
                if !isShared { client.widenWindow(on: 0, by: Self.wide) }
                try await test(client, server)
            }
        }
    }

    /// Opens streams of the topic `a`. Their heads need no window.
    private static func open(_ count: Int, _ client: HTTP2Client) async throws -> [UInt32] {
        let ids = (0..<count).map { _ in client.request("GET", "/sse?topic=a") }
        for id in ids { try await client.wait(id, "it should begin") { $0.status == "200" } }
        return ids
    }

    private static func expectAll(_ count: Int, on id: UInt32, _ client: HTTP2Client) async throws {
        let all = try await client.wait(id, "all should come", seconds: 20) {
            SlowStream(sse: $0.text).numbers.last == count
        }
        #expect(SlowStream(sse: all.text).numbers == Array(1...count), "nothing is lost, and nothing comes twice")
    }

    /// Two answers from the server: what it would have sent by mistake has come before the second.
    private static func roundTrips(_ client: HTTP2Client) async throws {
        for _ in 0..<2 {
            let count = try client.pongs()
            client.send(.ping, [UInt8](repeating: 0, count: 8))
            try await eventually("the server should answer") { try client.pongs() > count }
        }
    }

    @Test func aStreamWithoutAWindowHoldsUpNoOtherAndMissesNothing() async throws {
        try await Self.with(window: 0) { client, server in
            let ids = try await Self.open(3, client)
            for id in ids.dropFirst() { client.widenWindow(on: id, by: Self.wide) }
            var topic = FloodedTopic(server)
            try await topic.publish(500, padding: String(repeating: "x", count: 200))
            for id in ids.dropFirst() { try await Self.expectAll(500, on: id, client) }
            #expect(try client.stream(ids[0]).body.isEmpty)
            client.widenWindow(on: ids[0], by: 10_000)
            try await client.wait(ids[0], "it gets what there is room for") { $0.body.count == 10_000 }
            client.widenWindow(on: ids[0], by: Self.wide)
            try await topic.publish(3, padding: "")
            for id in ids { try await Self.expectAll(503, on: id, client) }
        }
    }

    @Test func aWindowMayBeWidenedByteByByte() async throws {
        try await Self.with(window: 0) { client, server in
            let id = try await Self.open(1, client)[0]
            var topic = FloodedTopic(server)
            try await topic.publish(5, padding: "")
            var count = 0
            while SlowStream(sse: try client.stream(id).text).numbers.count < 5 {
                client.widenWindow(on: id, by: 1)
                count += 1
                try await client.wait(id, "a byte should come") { $0.body.count == count }
            }
            try await Self.expectAll(5, on: id, client)
        }
    }

    @Test func theWindowOfTheConnectionIsForAllStreams() async throws {
        try await Self.with(window: Self.wide, isShared: true) { client, server in
            let ids = try await Self.open(3, client)
            var topic = FloodedTopic(server)
            try await topic.publish(8, padding: String(repeating: "x", count: 10_000))
            let sum = { try ids.reduce(0) { try $0 + client.stream($1).body.count } }
            try await eventually("the window should be used up") { try sum() == 65_535 }
            // A head needs none.
            let head = try await client.response(client.request("HEAD", "/hub.js"))
            #expect(head.status == "200" && head.isComplete)
            try await Self.roundTrips(client)
            #expect(try sum() == 65_535)
            client.widenWindow(on: 0, by: Self.wide)
            for id in ids { try await Self.expectAll(8, on: id, client) }
        }
    }

    @Test func theFirstWindowsMayBecomeWiderAndNegative() async throws {
        try await Self.with(window: 1000) { client, server in
            let id = try await Self.open(1, client)[0]
            var topic = FloodedTopic(server)
            try await topic.publish(10, padding: String(repeating: "x", count: 1000))
            try await client.wait(id, "it gets what there is room for") { $0.body.count == 1000 }
            Self.set(client, window: 3000)
            try await client.wait(id, "it gets more") { $0.body.count == 3000 }
            Self.set(client, window: 500)
            client.widenWindow(on: id, by: 2500)
            try await Self.roundTrips(client)
            #expect(
                try client.stream(id).body.count == 3000, "its window was 2500 bytes below nothing (RFC 9113, 6.9.2)")
            client.widenWindow(on: id, by: 10)
            try await client.wait(id, "it gets what there is room for") { $0.body.count == 3010 }
            Self.set(client, window: Self.wide)
            try await Self.expectAll(10, on: id, client)
        }
    }

    private static func set(_ client: HTTP2Client, window: UInt32) {
        client.send(.settings, HTTP2Client.bytes(self.initialWindow) + HTTP2Client.bytes(window))
    }

    @Test func responsesComeAsTheirWindowsAllow() async throws {
        try await Self.with(window: 10) { client, server in
            let expected = try await server.request("GET", "/hub.js").body
            let ids = ["GET", "HEAD", "GET"].map { client.request($0, "/hub.js") }
            try await client.wait(ids[1], "a HEAD needs no window") { $0.isComplete && $0.body.isEmpty }
            for id in [ids[0], ids[2]] { try await client.wait(id, "it begins") { $0.body.count == 10 } }
            client.widenWindow(on: ids[2], by: Self.wide)
            #expect(try await client.response(ids[2]).text == expected)
            while try client.stream(ids[0]).body.count < expected.utf8.count {
                let count = try client.stream(ids[0]).body.count
                client.widenWindow(on: ids[0], by: 1000)
                let next = min(count + 1000, expected.utf8.count)
                try await client.wait(ids[0], "it should go on") { $0.body.count == next }
            }
            #expect(try await client.response(ids[0]).text == expected)
        }
    }
}
