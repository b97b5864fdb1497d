import Foundation
import TestSupport
import Testing

/// Whatever text a stranger chooses for a field, a request over HTTP/2 costs the hub about as much as any other of its length. See
/// ``HostileTextTests``.
@Suite(.timeLimit(.minutes(Patience.minutes(10))), .serialized)
struct HTTP2HostileTextTests {
    private static let bound = Duration.milliseconds(250)
    private static let byteCount = 60_000

    private static let names = [
        "accept", "access-control-request-headers", "access-control-request-method", "authorization", "cache-control",
        "connection", "content-encoding", "content-length", "content-type", "cookie", "expect", "forwarded", "host",
        "idempotency-key", "if-none-match", "last-event-id", "origin", "sec-fetch-mode", "sec-fetch-site", "referer",
        "te",
        "transfer-encoding", "upgrade", "x-forwarded-for", "x-unknown",
    ]

    private static func run(_ test: (HostilePeer, _ port: Int) async throws -> Void) async throws {
        let settings = [
            "--port", "0", "--loops", "1", "--cors-origin", "https://example.org", "--trusted-proxy", "127.0.0.0/8",
            "--insecure",
        ]
        try await HubBinary.run(settings) { hub in
            let port = try await hub.port()
            try await test(HostilePeer(hub: hub, port: port), port)
            #expect(hub.isRunning)
        }
    }

    /// Sends a head on a connection of its own, and waits until it is answered in whatever way.
    private static func exchange(_ block: [UInt8], port: Int) async throws {
        let client = HTTP2Client(try await RawClient.connect(port: port))
        try await eventually("the settings should come") { try client.settings()[6] != nil }
        let id = client.nextID()
        client.send(block: block, isComplete: true, on: id)
        try await eventually("an answer should come", seconds: Patience.seconds(60)) {
            let received = try client.stream(id)
            return received.status != nil || received.reset != nil || client.raw.isClosed
        }
        await client.raw.close()
    }

    private static func field(_ name: String, _ text: HostileText) -> [UInt8] {
        HTTP2Client.literal(name: Array(name.utf8), value: text.bytes(self.byteCount))
    }

    @Test(arguments: ["GET /poll?topic=a", "POST /publish?topic=a", "OPTIONS /sse"])
    func aFieldCostsLittleWhateverIsInIt(request: String) async throws {
        let words = request.split(separator: " ").map { String($0) }
        let head = HTTP2Client.literals(HTTP2Client.head([":method": words[0], ":path": words[1]]))
        try await Self.run { peer, port in
            for text in HostileText.allCases {
                for name in Self.names {
                    try await peer.expect("\(request), \(name), \(text)", within: Self.bound) {
                        try await Self.exchange(head + Self.field(name, text), port: port)
                    }
                }
            }
            peer.report()
        }
    }

    @Test func aPseudoFieldOrANameCostsLittleWhateverIsInIt() async throws {
        try await Self.run { peer, port in
            for text in HostileText.allCases {
                for name in [":method", ":scheme", ":path", ":authority", ":unknown"] {
                    let rest = HTTP2Client.literals(HTTP2Client.head([name: nil]))
                    try await peer.expect("\(name), \(text)", within: Self.bound) {
                        try await Self.exchange(rest + Self.field(name, text), port: port)
                    }
                }
                for prefix in ["", ":", "x-"] {
                    let name = Array(prefix.utf8) + text.bytes(Self.byteCount)
                    let field = HTTP2Client.literal(name: name, value: [])
                    try await peer.expect("a name, \(prefix)\(text)", within: Self.bound) {
                        try await Self.exchange(HTTP2Client.literals(HTTP2Client.head) + field, port: port)
                    }
                }
            }
            peer.report()
        }
    }
}
