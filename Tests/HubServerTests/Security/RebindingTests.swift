import HubDoor
import Testing

@testable import HubServer

/// Whoever owns a name can let it point to loopback, where its pages then meet a hub that takes them for its own.
@Suite(.timeLimit(.minutes(1)))
struct RebindingTests {
    private static let handshake = [
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]

    private static func statuses(
        _ server: TestServer, host: String, origin: String, target: String? = nil
    ) async throws -> [Int] {
        let headers = ["Host: \(host)", "Origin: \(origin)"]
        let prefix = target ?? ""
        let publish = try await server.request("POST", "\(prefix)/publish?topic=a", headers: headers, body: "x")
        let frame = try await server.request("HEAD", "\(prefix)/iframe?topic=a&origin=\(origin)", headers: headers)
        var statuses = [publish.status, frame.status]
        for path in ["/ws?topic=a", "/echo"] {
            try await server.connect { client in
                client.send("GET", prefix + path, headers: headers + Self.handshake)
                try await client.wait("a head should come") { text, _ in text.contains("\r\n\r\n") }
                statuses.append(Int(client.text.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0)
            }
        }
        return statuses
    }

    @Test func aNameThatSomebodyElseOwnsIsNoOriginOfTheHubsOnAnyDoor() async throws {
        try await TestServer.run({ $0.webSocketEchoPath = "/echo" }) { server in
            for name in ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example"] {
                let statuses = try await Self.statuses(server, host: name, origin: "http://\(name)")
                #expect(statuses == [403, 403, 403, 403], "\(name)")
            }
            for name in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "hub.localhost"] {
                let statuses = try await Self.statuses(server, host: name, origin: "http://\(name)")
                #expect(statuses == [200, 200, 101, 101], "\(name)")
            }
            // The host that a target names counts instead of the field.
            let target = try await Self.statuses(
                server, host: "localhost", origin: "http://localhost", target: "http://evil.example")
            #expect(target == [403, 403, 403, 403])
        }
    }

    @Test func aNamedOriginAndAHubWithKeysAreNotConcerned() async throws {
        let friends = CORSPolicy(origins: ["http://friend.example"])
        try await TestServer.run({
            $0.webSocketEchoPath = "/echo"; $0.cors = friends
        }) { server in
            let statuses = try await Self.statuses(server, host: "friend.example", origin: "http://friend.example")
            #expect(statuses == [200, 200, 101, 101])
        }
        try await TestServer.run({
            $0.webSocketEchoPath = "/echo"; $0.access = AccessRules(keys: PublishKeys(["k"]))
        }) { server in
            let statuses = try await Self.statuses(server, host: "hub.example", origin: "http://hub.example")
            #expect(statuses == [401, 200, 101, 101])
        }
    }
}
