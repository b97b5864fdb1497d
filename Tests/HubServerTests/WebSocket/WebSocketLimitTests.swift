import ByteStreams
import HubCore
import HubDoor
import HubTransports
import NIOCore
import TestSupport
import Testing

@testable import HubServer

/// What a WebSocket client may make the server hold, and for how long.
@Suite(.timeLimit(.minutes(1)))
struct WebSocketLimitTests {
    private static let small = 16 << 10
    private static let key = ["Authorization: Bearer k"]

    private static func with(
        headers: [String] = [], limit: Int = 64 << 20, messageTime: TimeAmount = .seconds(2),
        _ test: (TestServer, WebSocketClient) async throws -> Void
    ) async throws {
        try await TestServer.run({
            $0.access = AccessRules(keys: PublishKeys(["k"]))
            $0.budget = ByteBudget(limit: limit)
            $0.webSocketMessageTime = messageTime
        }) { server in
            try await server.connect { raw in
                let (client, answer) = try await WebSocketClient.open(raw, headers: headers)
                #expect(answer.status == 101)
                _ = try await client.message()
                try await test(server, client)
            }
        }
    }

    private static func publication(_ byteCount: Int) -> String {
        let text = #"{"type":"publish","topic":"a","data":""}"#
        return text.replacing(
            #""data":""#, with: #""data":""# + String(repeating: "x", count: byteCount - text.utf8.count))
    }

    @Test func aMessageOfWhoMayNotPublishIsSmallHoweverItIsCut() async throws {
        try await Self.with { _, client in
            client.send(Self.publication(Self.small))
            #expect(try await client.message().contains("needs a publish key"))
            client.send(frame: 0x81, Array(Self.publication(Self.small + 1).utf8))
            let close = try await client.close()
            #expect(close.closeCode == 1009 && close.closeReason.contains("16384 bytes"), "\(close.closeReason)")
        }
        try await Self.with { _, client in
            let half = [UInt8](repeating: 0x20, count: Self.small / 2 + 1)
            client.send(frame: 0x01, half)
            client.send(frame: 0x00, half)
            let close = try await client.close()
            #expect(close.closeCode == 1009)
        }
    }

    @Test func whoMayPublishMaySendWhatMaxBodyAllows() async throws {
        try await Self.with(headers: Self.key) { server, client in
            client.send(Self.publication(500_000))
            var message = try await client.message()
            while !message.contains(#""published""#) { message = try await client.message() }
            #expect(server.server.budget.refusals == 0)
        }
    }

    @Test(arguments: [[UInt8]([0x81, 0xFE]), WebSocketClient.frame(0x01, [0x20])])
    func aMessageThatNeverEndsEndsTheConnection(_ beginning: [UInt8]) async throws {
        for headers in [[], Self.key] {
            try await Self.with(headers: headers) { _, client in
                client.raw.send(beginning)
                // What is complete meanwhile changes nothing.
                if beginning.count > 2 { client.send(frame: 0x89, []) }
                let close = try await client.close()
                #expect(close.closeCode == 1008 && close.closeReason.contains("complete within 2.0 s"))
            }
        }
    }

    @Test func messagesThatAreCompleteInTimeGoOn() async throws {
        try await Self.with(headers: Self.key, messageTime: .seconds(5)) { _, client in
            // Longer than one may take; the pace is what this test is about.
            for number in 0..<12 {
                client.send(frame: 0x01, Array(#"{"type":"unsubscribe","#.utf8))
                try await Task.sleep(for: .milliseconds(450))
                client.send(frame: 0x80, Array(#""topic":"none-\#(number)"}"#.utf8))
                #expect(try await client.message().contains("none-\(number)"))
            }
        }
    }

    @Test func messagesBeyondTheBudgetEndTheirConnection() async throws {
        try await Self.with(headers: Self.key, limit: 256 << 10) { server, client in
            client.raw.send(
                Array(WebSocketClient.frame(0x81, [UInt8](repeating: 0x20, count: 900_000)).prefix(800_000)))
            let close = try await client.close()
            #expect(close.closeCode == 1013 && close.closeReason.contains("--max-buffered"))
            #expect(server.server.budget.refusals == 1)
            try await eventually("all should be given back") { server.server.budget.takenBytes == 0 }
        }
    }

    @Test func framesThatWaitForTheClientToReadStayBytes() async throws {
        try await TestServer.run({ $0.sendBufferBytes = 4096 }) { server in
            let raw = try await RawClient.connect(port: server.port, readsAtOnce: false, readByteCount: 16 << 10)
            raw.send("GET", "/ws?topic=a", headers: WebSocketClient.handshake)
            // Each is answered as long as the kernel takes the answers, which nobody reads.
            let count = 20_000
            let ping = WebSocketClient.frame(0x89, [UInt8](repeating: 1, count: 100))
            raw.readOnce()
            try await raw.wait("the handshake should be answered") { text, _ in text.contains("101") }
            raw.send([UInt8](repeatElement(ping, count: count).joined()))
            try await eventually("what was read ahead should be held", seconds: Patience.seconds(10)) {
                server.server.budget.takenBytes > ByteBudget.freeBytes
            }
            #expect(server.server.budget.takenBytes <= 128 << 10)
            try await raw.setReading(true)
            try await eventually("each should be answered", seconds: Patience.seconds(20)) {
                raw.byteCount >= count * 102
            }
            try await eventually("all should be given back") { server.server.budget.takenBytes == 0 }
            await raw.close()
        }
    }
}

extension WebSocketClient {
    /// Reads on to the end.
    fileprivate func close() async throws -> Frame {
        var frame = try await self.next()
        while frame.opcode != 8 { frame = try await self.next() }
        return frame
    }
}

extension WebSocketClient.Frame {
    fileprivate var closeReason: String { String(decoding: self.payload.dropFirst(2), as: UTF8.self) }
}
