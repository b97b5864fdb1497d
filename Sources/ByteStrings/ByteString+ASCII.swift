/// What protocols do with letters, which to them are those of ASCII alone (RFC 9110, 5.6.2; WHATWG Infra, 4.6).
extension ByteString {
    /// Whether every byte is ASCII.
    public var isASCII: Bool { self.withBytes { bytes in bytes.allSatisfy { $0 < 0x80 } } }

    /// Whether there is something, and every byte is a visible character of ASCII.
    public var isVisibleASCII: Bool {
        !self.isEmpty && self.withBytes { bytes in bytes.allSatisfy { (0x21...0x7E).contains($0) } }
    }

    /// Whether there is something, and every byte is a decimal digit.
    public var isDigits: Bool {
        !self.isEmpty && self.withBytes { bytes in bytes.allSatisfy { (0x30...0x39).contains($0) } }
    }

    /// The same text with `A` to `Z` in lower case; nothing is copied if there are none.
    public var lowercasedASCII: ByteString {
        guard self.withBytes({ bytes in bytes.contains { $0.isUppercaseASCII } }) else { return self }
        return self.withBytes { bytes in
            ByteString(
                String(unsafeUninitializedCapacity: bytes.count) { result in
                    for (index, byte) in bytes.enumerated() {
                        result.initializeElement(at: index, to: byte.lowercasedASCII)
                    }
                    return bytes.count
                })
        }
    }

    /// Whether two texts are the same but for the case of letters of ASCII.
    public func equalsIgnoringCase(_ other: ByteString) -> Bool {
        guard self.count == other.count else { return false }
        return self.withBytes { left in
            other.withBytes { right in
                left.indices.allSatisfy { left[$0].lowercasedASCII == right[$0].lowercasedASCII }
            }
        }
    }
}

extension UInt8 {
    fileprivate var isUppercaseASCII: Bool { self &- 0x41 < 26 }

    fileprivate var lowercasedASCII: UInt8 { self.isUppercaseASCII ? self | 0x20 : self }
}

extension ByteString {
    /// The number that decimal digits write; `nil` if there are none, anything else beside them, or more than 18.
    public var number: Int? {
        guard self.isDigits, self.count <= 18 else { return nil }
        return self.utf8.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit, of either case.
    public var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
