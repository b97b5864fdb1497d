import HubCore
import NIOCore
import Testing

@testable import HubServer

/// Clients that fall silent, and clients that read nothing.
@Suite(.timeLimit(.minutes(1)))
struct WebSocketPeerTests {
    @Test func aClientThatAnswersNoPingIsDisconnectedAndOneThatDoesStays() async throws {
        try await TestServer.run(fanOut: FanOutConfiguration(heartbeat: .seconds(1))) { server in
            try await server.connect { silent in
                try await server.connect { raw in
                    _ = try await WebSocketClient.open(silent)
                    let (client, _) = try await WebSocketClient.open(raw)
                    _ = try await client.message()
                    var pings = 0
                    while pings < 3 || !silent.isClosed {
                        let frame = try await client.next()
                        guard frame.opcode == 9 else { continue }
                        pings += 1
                        client.send(frame: 0x8A, frame.payload)
                    }
                    #expect(!client.raw.isClosed)
                }
            }
        }
    }

    @Test func aClientThatReadsItsAnswersLateGetsThemAll() async throws {
        try await TestServer.run({ $0.sendBufferBytes = 16 * 1024 }) { server in
            let raw = try await RawClient.connect(port: server.port)
            let (client, _) = try await WebSocketClient.open(raw)
            #expect(try await client.message().hasPrefix(#"{"type":"hello""#))
            try await raw.setReading(false)
            // Each of these is answered with as much, which is more than the sockets hold.
            let request = #"{"type":"unsubscribe","topic":"\#(String(repeating: "x", count: 500))","ref":1}"#
            for _ in 0..<6_000 { client.send(request) }
            try await raw.setReading(true)
            for _ in 0..<6_000 {
                let answer = try await client.message()
                guard answer.hasSuffix(#"is not subscribed to","ref":1}"#) else {
                    Issue.record("\(answer)")
                    return
                }
            }
        }
    }
}
