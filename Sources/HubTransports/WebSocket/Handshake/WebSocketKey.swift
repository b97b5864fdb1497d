import ByteStrings
import Crypto

/// The key of a handshake: 16 bytes that the client chose, as base64, and the answer that shows that they were read
/// (RFC 6455, 4.2.2).
struct WebSocketKey {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let identifier = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    private let text: String

    /// Takes the value of `Sec-WebSocket-Key`; `nil` if it is not the base64 of 16 bytes.
    init?(_ text: ByteString) {
        guard text.count == 24 else { return nil }
        let bytes = Array(text.utf8)
        guard bytes.suffix(2) == Array("==".utf8)[...] else { return nil }
        guard bytes.dropLast(2).allSatisfy(Self.alphabet.contains) else { return nil }
        // Of the last digit, four bits are beyond the 16 bytes.
        guard Array("AQgw".utf8).contains(bytes[21]) else { return nil }
        self.text = text.string
    }

    /// The value of `Sec-WebSocket-Accept`.
    var answer: String {
        Self.base64(Array(Insecure.SHA1.hash(data: Array((self.text + Self.identifier).utf8))))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for digit in 0..<4 {
                let isPadding = digit > group.count
                digits.append(isPadding ? UInt8(ascii: "=") : Self.alphabet[bits >> (18 - 6 * digit) & 63])
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
