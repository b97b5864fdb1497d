/// Looking into a text, and taking it apart.
extension ByteString {
    /// The first byte.
    public var first: UInt8? { self.utf8.first }

    /// The last byte.
    public var last: UInt8? { self.utf8.last }

    /// Whether a byte is there.
    public func contains(_ byte: UInt8) -> Bool { self.withBytes { $0.contains(byte) } }

    /// Whether another text is somewhere in it. For a short one: it takes the product of both lengths.
    public func contains(_ other: ByteString) -> Bool {
        self.withBytes { bytes in
            other.withBytes { part in
                guard part.count <= bytes.count else { return false }
                return (0...bytes.count - part.count).contains { start in
                    bytes[start..<start + part.count].elementsEqual(part)
                }
            }
        }
    }

    /// Whether the text begins with another.
    public func hasPrefix(_ prefix: ByteString) -> Bool { self.prefix(prefix.count) == prefix }

    /// Whether the text ends with another.
    public func hasSuffix(_ suffix: ByteString) -> Bool { self.suffix(suffix.count) == suffix }

    /// At most so many bytes of the beginning, which may end within a character.
    public func prefix(_ count: Int) -> ByteString { ByteString(self.utf8.prefix(count)) }

    /// At most so many bytes of the end.
    public func suffix(_ count: Int) -> ByteString { ByteString(self.utf8.suffix(count)) }

    /// The text without so many bytes at its beginning.
    public func dropFirst(_ count: Int = 1) -> ByteString { ByteString(self.utf8.dropFirst(count)) }

    /// The text without so many bytes at its end.
    public func dropLast(_ count: Int = 1) -> ByteString { ByteString(self.utf8.dropLast(count)) }

    /// What stands before the first occurrence of a byte, and what after it, which is `nil` if there is none.
    public func cut(at byte: UInt8) -> (before: ByteString, after: ByteString?) {
        guard let index = self.utf8.firstIndex(of: byte) else { return (self, nil) }
        return (ByteString(self.utf8[..<index]), ByteString(self.utf8[index...].dropFirst()))
    }

    /// The parts between the occurrences of a byte, the empty ones too.
    /// - Parameter maximumCount: How many parts there may be.
    /// - Returns: `nil` if there are more.
    public func split(at byte: UInt8, maximumCount: Int) -> [ByteString]? {
        var parts: [ByteString] = []
        var rest: ByteString? = self
        while let text = rest {
            guard parts.count < maximumCount else { return nil }
            let (before, after) = text.cut(at: byte)
            parts.append(before)
            rest = after
        }
        return parts
    }

    /// The text without spaces and tabs at both ends, the optional white space of HTTP (RFC 9110, 5.6.3).
    public var trimmed: ByteString {
        let start = self.utf8.drop(while: Self.isOptionalWhiteSpace)
        guard let last = start.lastIndex(where: { !Self.isOptionalWhiteSpace($0) }) else { return ByteString(start) }
        return ByteString(start[...last])
    }

    /// A text for people that is no longer than it may be.
    /// - Parameter maximumCount: From how many bytes on it is cut, between two characters, and ends with an ellipsis.
    public func shortened(to maximumCount: Int) -> String {
        guard self.count > maximumCount else { return self.string }
        // Bytes of the form 10xxxxxx go on with a character.
        let kept = self.utf8.prefix(maximumCount + 1)
        guard let end = kept.lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return "…" }
        return String(Substring(kept[..<end])) + "…"
    }

    private static func isOptionalWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

extension ByteString {
    /// The text without the line ends (LF or CRLF) at its end: a secret that was written with `echo`, or a file with one value, has
    /// one more than was meant.
    public var withoutLineEnds: ByteString {
        let end = self.utf8.lastIndex { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return end.map { ByteString(self.utf8[...$0]) } ?? ""
    }
}
