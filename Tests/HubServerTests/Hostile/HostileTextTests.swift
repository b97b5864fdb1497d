import Foundation
import TestSupport
import Testing

/// Whatever text a stranger chooses, a request costs the hub about as much as any other of its length.
///
/// Without the mends of which these tests speak one request costs seconds, and some minutes; the bounds are far below that, and
/// far above what a debug build needs. `HUB_HOSTILE_REPORT=1` with `HUB_BINARY` of a release build prints what each costs.
@Suite(.timeLimit(.minutes(Patience.minutes(10))), .serialized)
struct HostileTextTests {
    private static let headBound = Duration.milliseconds(250)
    private static let bodyBound = Duration.milliseconds(4000)

    private static func run(_ test: (HostilePeer) async throws -> Void) async throws {
        let settings = [
            "--port", "0", "--loops", "1", "--cors-origin", "https://example.org", "--trusted-proxy", "127.0.0.0/8",
            "--insecure", "--ws-echo", "/echo",
        ]
        try await HubBinary.run(settings) { hub in
            try await test(HostilePeer(hub: hub, port: try await hub.port()))
            #expect(hub.isRunning)
        }
    }

    @Test func aHeadCostsLittleWhateverIsInIt() async throws {
        try await Self.run { peer in
            for request in HostileRequest.heads {
                try await peer.expect(request.name, within: Self.headBound) { try await peer.exchange(request.bytes) }
            }
            peer.report()
        }
    }

    @Test func aBodyCostsLittleWhateverIsInIt() async throws {
        try await Self.run { peer in
            for request in HostileRequest.bodies {
                try await peer.expect(request.name, within: Self.bodyBound) { try await peer.exchange(request.bytes) }
            }
            peer.report()
        }
    }

    @Test func aMessageCostsLittleWhateverIsInIt() async throws {
        try await Self.run { peer in
            for (name, document) in HostileRequest.documents {
                guard String(validating: document, as: UTF8.self) != nil else { continue }
                try await peer.expect("/ws, \(name)", within: Self.bodyBound) {
                    try await peer.say(WebSocketClient.frame(0x81, document))
                }
            }
            peer.report()
        }
    }

    @Test func framesCostLittleHoweverSmall() async throws {
        let count = 1 << 17
        func repeated(_ frame: [UInt8]) -> [UInt8] { Array(repeatElement(frame, count: count).joined()) }
        let last = WebSocketClient.frame(0x80, [])
        let streams = [
            ("empty continuations", WebSocketClient.frame(1, []) + repeated(WebSocketClient.frame(0, [])) + last),
            ("one byte a frame", WebSocketClient.frame(1, []) + repeated(WebSocketClient.frame(0, [0x61])) + last),
            ("pongs", repeated(WebSocketClient.frame(0x8A, [])) + WebSocketClient.frame(0x81, [])),
        ]
        try await Self.run { peer in
            for (name, bytes) in streams {
                try await peer.expect("/ws, \(name)", within: Self.bodyBound * 2) { try await peer.say(bytes) }
            }
            peer.report()
        }
    }
}
