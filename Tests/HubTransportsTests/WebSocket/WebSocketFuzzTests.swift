import ByteStrings
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOWebSocket
import TestSupport
import Testing

@testable import HubTransports

@Suite(.timeLimit(.minutes(Patience.minutes(90))))
struct WebSocketFuzzTests {
    /// A masked frame with a key of zeros, so that words of the payload are themselves.
    private static func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let length: [UInt8] =
            payload.count < 126
            ? [0x80 | UInt8(payload.count)] : [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        return [first] + length + [0, 0, 0, 0] + payload
    }

    private static var samples: [[UInt8]] {
        let text = Array("{\"type\":\"publish\",\"topic\":\"a\",\"data\":\"é\u{1F600}\"}".utf8)
        return [
            self.frame(0x81, text),
            self.frame(0x01, Array(text.prefix(50))) + self.frame(0x80, Array(text.dropFirst(50))),
            self.frame(0x82, [1, 2, 3]), self.frame(0x89, [9]) + self.frame(0x8A, []), self.frame(0x88, [3, 0xE8]),
            self.frame(0x81, [UInt8](repeating: 0x61, count: 500)),
            self.frame(0xC1, [0xAA, 0x04, 0x00]), self.frame(0x01, [0xF0]) + self.frame(0x80, [0x9F, 0x98, 0x80]),
        ]
    }

    /// What comes of bytes: the actions, up to the first that ends the connection.
    private static func actions(_ pieces: [[UInt8]]) throws -> [MessageAssembler.Action] {
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1000)))
        let limit = MessageLimit(WebSocketConfiguration(maximumMessageBytes: 1000), mayPublish: true)
        var assembler = MessageAssembler(limit: limit, inflates: true)
        var actions: [MessageAssembler.Action] = []
        for piece in pieces {
            let hasFailed = (try? channel.writeInbound(ByteBuffer(bytes: piece))) == nil
            while let frame = try channel.readInbound(as: WebSocketFrame.self) {
                actions.append(assembler.receive(frame))
                if actions.last?.isLast ?? false { return actions }
            }
            if hasFailed { return actions }
        }
        return actions
    }

    @Test func framesMeanTheSameHoweverTheyCome() async throws {
        var fuzzer = Fuzzer(
            samples: Self.samples, words: ["\u{81}\u{80}", "\u{301}", "\u{0}", "\u{88}", "\u{89}", "\u{FF}"])
        try await fuzzer.run { bytes, generator in
            let whole = try Self.actions([bytes])
            let pieces = try Self.actions(Fuzzer.pieces(of: bytes, using: &generator))
            guard whole == pieces else { throw Fuzzer.Difference("whole \(whole), in pieces \(pieces)") }
            for case .text(let text) in whole {
                guard String(validating: text, as: UTF8.self) != nil else {
                    throw Fuzzer.Difference("a text is no UTF-8")
                }
                _ = ClientMessage(text, maximumTopics: 10)
            }
            return !whole.isEmpty && !(whole.last?.isLast ?? false)
        }
    }

    @Test func aHandshakeIsAcceptedOrRefused() async throws {
        let fields = [
            "Upgrade: websocket", "Connection: keep-alive, Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: x, hub.v1+json",
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=\"15\"; server_max_window_bits=15",
        ]
        var fuzzer = Fuzzer(
            samples: [Array(fields.joined(separator: "\n").utf8)],
            words: [
                ",", ";", "=", "\"", "\n", " ", "\t", "\u{301}", "permessage-deflate", "server_no_context_takeover",
                "13",
            ])
        try await fuzzer.run { bytes, _ in
            let lines = String(decoding: bytes, as: UTF8.self).utf8.split(separator: UInt8(ascii: "\n"))
            let pairs = lines.map { ByteString($0).cut(at: UInt8(ascii: ":")) }
            let fields = HTTPFields(pairs: pairs.map { ($0.before.string, $0.after?.string ?? "") })
            guard let handshake = try? WebSocketHandshake(fields) else { return false }
            let answer = handshake.fields([:], namesSubprotocol: true)
            guard answer.allSatisfy({ ByteString($0.value).isASCII }) else {
                throw Fuzzer.Difference("an answer echoes")
            }
            return true
        }
    }
}

extension MessageAssembler.Action {
    /// Whether the connection ends with it.
    fileprivate var isLast: Bool {
        switch self {
        case .close, .fail: true
        case .nothing, .text, .binary, .pong: false
        }
    }
}
