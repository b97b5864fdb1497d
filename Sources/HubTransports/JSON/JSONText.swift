import HubCore
import NIOCore

/// Writes JSON text (RFC 8259) straight into bytes: what a general encoder would make of an event, without one
/// intermediate copy for each field.
struct JSONText {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) {
        self.bytes.reserveCapacity(capacity)
    }

    /// Writes text that is JSON already.
    mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
    }

    /// Writes a number.
    mutating func number(_ value: some BinaryInteger) {
        self.bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes a string of UTF-8, escaped as RFC 8259, 7 demands.
    mutating func string(_ utf8: some Sequence<UInt8>) {
        self.bytes.append(UInt8(ascii: "\""))
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                self.bytes.append(UInt8(ascii: "\\"))
                self.bytes.append(byte)
            case 0x0A: self.raw(#"\n"#)
            case 0x09: self.raw(#"\t"#)
            case 0x0D: self.raw(#"\r"#)
            case 0..<0x20:
                self.raw(#"\u00"#)
                self.bytes.append(Self.hexDigits[Int(byte >> 4)])
                self.bytes.append(Self.hexDigits[Int(byte & 0xF)])
            default: self.bytes.append(byte)
            }
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}
