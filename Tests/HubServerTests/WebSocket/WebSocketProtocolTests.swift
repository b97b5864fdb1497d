import HTTPWire
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// The protocol itself, on real sockets, with the echo.
@Suite(.timeLimit(.minutes(1)))
struct WebSocketProtocolTests {
    private static func withEcho(
        maximumBytes: Int = 1 << 20, headers: [String] = [], _ test: (WebSocketClient, RawAnswer) async throws -> Void
    ) async throws {
        try await TestServer.run({ configuration in
            configuration.webSocketEchoPath = "/echo"
            configuration.limits.bodyBytes = maximumBytes
        }) { server in
            try await server.connect { raw in
                let (client, answer) = try await WebSocketClient.open(raw, "/echo", headers: headers)
                #expect(answer.status == 101)
                try await test(client, answer)
            }
        }
    }

    @Test func messagesOfEverySizeComeBack() async throws {
        try await Self.withEcho { client, _ in
            for count in [0, 1, 125, 126, 127, 65_535, 65_536, 1 << 20] {
                let payload = [UInt8](repeating: 0x78, count: count)
                client.send(frame: 0x81, payload)
                let text = try await client.next()
                #expect(text.opcode == 1)
                #expect(text.payload == payload)
                client.send(frame: 0x02, Array(payload.prefix(count / 2)))
                client.send(frame: 0x89, [5])
                client.send(frame: 0x80, Array(payload.suffix(count - count / 2)))
                #expect(try await client.next() == .init(opcode: 10, isCompressed: false, payload: [5]))
                #expect(try await client.next() == .init(opcode: 2, isCompressed: false, payload: payload))
            }
        }
    }

    @Test(arguments: [
        (WebSocketClient.frame(0x81, [65], isMasked: false), 1002), (WebSocketClient.frame(0xC1, [65]), 1002),
        (WebSocketClient.frame(0x83, [65]), 1002), (WebSocketClient.frame(0x80, [65]), 1002),
        (WebSocketClient.frame(0x09, [65]), 1002),
        (WebSocketClient.frame(0x89, [UInt8](repeating: 1, count: 126)), 1002),
        (WebSocketClient.frame(0x88, [1]), 1002), (WebSocketClient.frame(0x88, [3, 0xED]), 1002),
        (WebSocketClient.frame(0x81, [0xFF]), 1007), (WebSocketClient.frame(0x88, [3, 0xE8, 0xFF]), 1007),
        (WebSocketClient.frame(0x81, [UInt8](repeating: 65, count: 1001)), 1009),
        ([0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], 1009),
        (WebSocketClient.frame(0x88, [3, 0xE8]), 1000), (WebSocketClient.frame(0x88, [0x0B, 0xB8, 0x68, 0x69]), 3000),
        (WebSocketClient.frame(0x88, []), 0),
    ])
    func theEndIsSaidWithItsCode(_ bytes: [UInt8], _ code: Int) async throws {
        try await Self.withEcho(maximumBytes: 1000) { client, _ in
            client.raw.send(bytes + WebSocketClient.frame(0x81, [66]))
            let said = try await client.closeCode()
            #expect(said == code)
            try await client.raw.waitForClose()
        }
    }

    @Test func aClientThatBreaksTheProtocolAndGoesOnSendingStillSeesWhy() async throws {
        try await Self.withEcho { client, _ in
            client.send(frame: 0x81, [65], isMasked: false)
            for _ in 0..<50 { client.raw.send([UInt8](repeating: 0xFF, count: 10_000)) }
            #expect(try await client.closeCode() == 1002)
            try await client.raw.waitForClose()
        }
    }

    @Test func aCompressedMessageComesBackCompressed() async throws {
        let offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
        try await Self.withEcho(headers: [offer]) { client, answer in
            #expect(
                answer["Sec-WebSocket-Extensions"]
                    == "permessage-deflate; server_no_context_takeover; client_no_context_takeover")
            // "Hello" as the standard compresses it (RFC 7692, 7.2.3.1).
            let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
            client.send(frame: 0xC1, hello)
            let first = try await client.next()
            #expect(first == .init(opcode: 1, isCompressed: true, payload: hello))
            client.send("Hello")
            let second = try await client.next()
            #expect(second == first)
        }
    }

    @Test("Generated garbage never brings the server down", arguments: 0..<4)
    func garbage(seed: UInt64) async throws {
        try await TestServer.run({ configuration in
            configuration.webSocketEchoPath = "/echo"
            configuration.limits.bodyBytes = 10_000
        }) { server in
            var random = SeededGenerator(seed: seed)
            for _ in 0..<40 {
                try await server.connect { raw in
                    let offer = ["Sec-WebSocket-Extensions: permessage-deflate"]
                    let target = Bool.random(using: &random) ? "/echo" : "/ws?topic=a"
                    let (client, _) = try await WebSocketClient.open(raw, target, headers: offer)
                    for _ in 0..<Int.random(in: 1...20, using: &random) {
                        let count = Int.random(in: 0...300, using: &random)
                        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                        if Bool.random(using: &random) { client.raw.send(bytes) }
                        let opcode: UInt8 = [0, 1, 2, 8, 9, 10].randomElement(using: &random) ?? 1
                        client.send(frame: [0, 0x80, 0xC0].randomElement(using: &random)! | opcode, bytes)
                    }
                }
            }
            #expect(try await server.request("GET", "/health/live").status == 200)
            try await eventually("no stream should be left") {
                try await server.request("GET", "/metrics").body.contains("hub_subscribers 0\n")
            }
        }
    }
}
