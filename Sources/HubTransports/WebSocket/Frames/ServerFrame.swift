import NIOCore

/// The frames that a server sends, which are never masked nor in fragments (RFC 6455, 5.2): so the bytes of a message are the
/// same for all its receivers.
enum ServerFrame {
    private static let final: UInt8 = 0x80
    private static let compressedBit: UInt8 = 0x40
    private enum Opcode {
        static let text: UInt8 = 0x1
        static let binary: UInt8 = 0x2
        static let close: UInt8 = 0x8
        static let ping: UInt8 = 0x9
        static let pong: UInt8 = 0xA
    }

    /// The most bytes of a control frame's payload (5.5).
    private static let maximumControlBytes = 125

    /// A text message.
    /// - Parameters:
    ///   - utf8: The text.
    ///   - compresses: Whether it is compressed.
    static func text(_ utf8: [UInt8], compresses: Bool = false) -> ByteBuffer {
        self.message(Opcode.text, utf8, compresses: compresses)
    }

    /// A binary message.
    static func binary(_ bytes: [UInt8], compresses: Bool = false) -> ByteBuffer {
        self.message(Opcode.binary, bytes, compresses: compresses)
    }

    /// A ping without a payload.
    static let ping = frame(Opcode.ping, [])

    /// The answer to a ping.
    static func pong(_ payload: [UInt8]) -> ByteBuffer {
        self.frame(Opcode.pong, payload)
    }

    /// The end.
    /// - Parameters:
    ///   - code: Why; `nil` if nothing is to be said, as the answer to a peer that said nothing.
    ///   - reason: The same in words, cut to what a control frame holds.
    static func close(_ code: CloseCode?, _ reason: String = "") -> ByteBuffer {
        guard let code else { return self.frame(Opcode.close, []) }
        var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]
        for character in reason where payload.count + character.utf8.count <= self.maximumControlBytes {
            payload += character.utf8
        }
        return self.frame(Opcode.close, payload)
    }

    private static func message(_ opcode: UInt8, _ bytes: [UInt8], compresses: Bool) -> ByteBuffer {
        guard compresses else { return self.frame(opcode, bytes) }
        return self.frame(opcode | self.compressedBit, MessageDeflater.shared.compress(bytes))
    }

    private static func frame(_ opcode: UInt8, _ payload: [UInt8]) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.reserveCapacity(payload.count + 10)
        frame.writeInteger(self.final | opcode)
        switch payload.count {
        case 0...125: frame.writeInteger(UInt8(payload.count))
        case 126...0xFFFF: frame.writeMultipleIntegers(UInt8(126), UInt16(payload.count))
        default: frame.writeMultipleIntegers(UInt8(127), UInt64(payload.count))
        }
        frame.writeBytes(payload)
        return frame
    }
}
