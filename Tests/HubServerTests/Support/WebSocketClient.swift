/// A WebSocket client that sends what it is told, so that a test can break every rule.
struct WebSocketClient {
    /// A frame as it came.
    struct Frame: Equatable {
        let opcode: UInt8
        let isCompressed: Bool
        let payload: [UInt8]

        var text: String { String(decoding: self.payload, as: UTF8.self) }

        /// The code of a close.
        var closeCode: Int { self.payload.count < 2 ? 0 : Int(self.payload[0]) << 8 | Int(self.payload[1]) }
    }

    static let handshake = [
        "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]

    let raw: RawClient

    /// Makes a connection out of a plain one.
    /// - Returns: The client, and the answer to the handshake.
    static func open(
        _ raw: RawClient, _ target: String = "/ws?topic=a", headers: [String] = []
    ) async throws -> (WebSocketClient, RawAnswer) {
        raw.send("GET", target, headers: self.handshake + headers)
        return (WebSocketClient(raw: raw), try await raw.readAnswer())
    }

    // MARK: Sending

    func send(_ text: String) {
        self.send(frame: 0x81, Array(text.utf8))
    }

    /// Sends messages that come together.
    func send(together texts: String...) {
        self.raw.send(texts.flatMap { Self.frame(0x81, Array($0.utf8), isMasked: true) })
    }

    /// Sends a frame.
    /// - Parameters:
    ///   - first: Its first byte: the bits and the opcode.
    ///   - payload: What it holds.
    ///   - isMasked: Whether it is masked, as it must be.
    func send(frame first: UInt8, _ payload: [UInt8], isMasked: Bool = true) {
        self.raw.send(Self.frame(first, payload, isMasked: isMasked))
    }

    static func frame(_ first: UInt8, _ payload: [UInt8], isMasked: Bool = true) -> [UInt8] {
        let mask: UInt8 = isMasked ? 0x80 : 0
        let length: [UInt8] =
            switch payload.count {
            case 0...125: [mask | UInt8(payload.count)]
            case 126...0xFFFF: [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
            default: [mask | 127] + (0..<8).map { UInt8(payload.count >> (56 - 8 * $0) & 0xFF) }
            }
        let key: [UInt8] = [1, 22, 133, 244]
        let masked = payload.enumerated().map { $0.element ^ key[$0.offset % 4] }
        return [first] + length + (isMasked ? key + masked : payload)
    }

    // MARK: Reading

    /// The next frame.
    func next() async throws -> Frame {
        try await self.raw.take("a frame should come", Self.parse)
    }

    /// The next text message; pings are left out.
    func message() async throws -> String {
        var frame = try await self.next()
        while frame.opcode == 9 { frame = try await self.next() }
        guard frame.opcode == 1, !frame.isCompressed else {
            throw RawClient.Timeout(description: "frame \(frame) is no plain text message")
        }
        return frame.text
    }

    /// Reads on to the end.
    /// - Returns: The code with which the server closes.
    func closeCode() async throws -> Int {
        var frame = try await self.next()
        while frame.opcode != 8 { frame = try await self.next() }
        return frame.closeCode
    }

    private static func parse(_ bytes: [UInt8]) -> (Frame, Int)? {
        guard bytes.count >= 2 else { return nil }
        var length = Int(bytes[1])
        var start = 2
        if length >= 126 {
            start += length == 126 ? 2 : 8
            guard bytes.count >= start else { return nil }
            length = bytes[2..<start].reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes.count >= start + length else { return nil }
        let frame = Frame(
            opcode: bytes[0] & 0xF, isCompressed: bytes[0] & 0x40 != 0, payload: Array(bytes[start..<start + length]))
        return (frame, start + length)
    }
}

/// The value of a member of a flat JSON object, as text.
func member(_ name: String, of message: String) -> String? {
    guard let start = message.firstRange(of: "\"\(name)\":")?.upperBound else { return nil }
    let rest = message[start...]
    guard rest.first == "\"" else { return String(rest.prefix { $0 != "," && $0 != "}" }) }
    return String(rest.dropFirst().prefix { $0 != "\"" })
}
