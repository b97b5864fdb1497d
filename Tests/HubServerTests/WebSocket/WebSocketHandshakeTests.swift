import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import HubServer

@Suite(.timeLimit(.minutes(1)))
struct WebSocketHandshakeTests {
    @Test func aHandshakeIsAnsweredAndTheStreamSaysHello() async throws {
        try await TestServer.run { server in
            try await server.connect { raw in
                let (client, answer) = try await WebSocketClient.open(
                    raw, headers: ["Sec-WebSocket-Protocol: other, hub.v1+json"])
                #expect(answer.status == 101)
                #expect(answer["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                #expect(answer["Sec-WebSocket-Protocol"] == "hub.v1+json")
                #expect(answer["Hub-Replay"] == "complete")
                #expect(answer["Content-Length"] == nil)
                let hello = try await client.message()
                #expect(hello.hasPrefix(#"{"type":"hello","cursor":""#))
            }
        }
    }

    @Test func whoIsNotASuitableClientIsToldInPlainHTTP() async throws {
        try await TestServer.run { server in
            let plain = try await server.request("GET", "/ws?topic=a")
            #expect(plain.status == 426)
            #expect(plain["Upgrade"] == "websocket")
            #expect(try await server.request("HEAD", "/ws?topic=a").status == 426)
            #expect(try await server.request("GET", "/ws", headers: WebSocketClient.handshake).status == 400)
            let old = WebSocketClient.handshake.map { $0.hasSuffix("13") ? "Sec-WebSocket-Version: 8" : $0 }
            let refused = try await server.request("GET", "/ws?topic=a", headers: old)
            #expect(refused.status == 426)
            #expect(refused["Sec-WebSocket-Version"] == "13")
            #expect(refused["Upgrade"] == "websocket")
            // RFC 9110, 7.8.
            #expect(refused["Connection"] == "close, Upgrade")
            #expect(try await server.request("POST", "/ws?topic=a").status == 405)
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1", 101), ("http://evil.example", 403), ("null", 403), ("https://good.example", 101),
    ])
    func aPageMustBeOfTheHubsOwnOriginOrOfAnAllowedOne(_ origin: String, _ status: Int) async throws {
        try await TestServer.run({
            $0.cors = CORSPolicy(origins: ["https://good.example"])
            $0.webSocketEchoPath = "/echo"
        }) { server in
            for target in ["/ws?topic=a", "/echo"] {
                try await server.connect { raw in
                    let (_, answer) = try await WebSocketClient.open(raw, target, headers: ["Origin: \(origin)"])
                    #expect(answer.status == status, "\(target)")
                }
            }
        }
    }

    @Test(arguments: ["/ws?topic=a", "/echo"])
    func aClientThatDoesNotWaitForTheAnswerIsRefusedRatherThanMisread(_ target: String) async throws {
        let handshake = "GET \(target) HTTP/1.1\r\nHost: h\r\n" + WebSocketClient.handshake.joined(separator: "\r\n")
        let ping = WebSocketClient.frame(0x89, [1, 2])
        try await TestServer.run({ $0.webSocketEchoPath = "/echo" }) { server in
            for (beginning, rest) in [
                ("", ping), ("", [ping[0]]), ("", [UInt8](repeating: 1, count: 10_000)),
                ("GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n", ping),
                ("", Array("GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n".utf8)),
            ] {
                try await server.connect { client in
                    client.send(Array((beginning + handshake + "\r\n\r\n").utf8) + rest)
                    if !beginning.isEmpty { _ = try await client.readAnswer() }
                    let answer = try await client.readAnswer()
                    #expect(answer.status == 400)
                    #expect(answer.body.contains("wait for the response"))
                    #expect(answer["Connection"] == "close")
                    try await client.waitForClose()
                    #expect(client.text.isEmpty)
                }
            }
        }
    }

    @Test func whatComesWhileTheHandshakeWaitsIsReadWhole() async throws {
        let bus = Mutex<HeldBus?>(nil)
        try await TestServer.run(
            bus: { loop in
                let held = HeldBus(on: loop)
                bus.withLock { $0 = held }
                return held
            }
        ) { server in
            try await server.connect { raw in
                raw.send("GET", "/ws?topic=a", headers: WebSocketClient.handshake)
                try await eventually("the handshake should wait") { bus.withLock { $0?.isAsked } == true }
                let client = WebSocketClient(raw: raw)
                for number in 0..<3 { client.send(frame: 0x89, [UInt8](repeating: UInt8(number), count: 100)) }
                bus.withLock { $0 }?.release()
                let answer = try await raw.readAnswer()
                #expect(answer.status == 101)
                _ = try await client.message()
                for number in 0..<3 {
                    let frame = try await client.next()
                    #expect(frame.payload == [UInt8](repeating: UInt8(number), count: 100))
                }
            }
        }
    }

    @Test func thereIsNoEchoUnlessItIsAskedFor() async throws {
        try await TestServer.run { server in
            let answer = try await server.request("GET", "/echo", headers: WebSocketClient.handshake)
            #expect(answer.status == 404)
        }
    }

    @Test func aConnectionThatServedRequestsCanBeUpgraded() async throws {
        try await TestServer.run { server in
            try await server.connect { raw in
                raw.send("GET", "/health/live")
                #expect(try await raw.readAnswer().status == 200)
                let (client, answer) = try await WebSocketClient.open(raw)
                #expect(answer.status == 101)
                _ = try await client.message()
                client.send(frame: 0x89, [1, 2])
                #expect(try await client.next() == .init(opcode: 10, isCompressed: false, payload: [1, 2]))
            }
        }
    }
}
