import ByteStrings

/// Which trace a request is part of, and of which span it is (W3C Trace Context, 3.2: `traceparent`).
struct TraceParent: Hashable, Sendable {
    /// Names the trace: 32 hexadecimal digits.
    let traceID: String
    /// Names the span of whoever asks: 16 of them.
    let spanID: String

    /// Reads the field; `nil` if it is not valid, and so to be passed over.
    init?(_ field: ByteString) {
        // What a version after 00 adds follows a dash.
        guard field.count >= 55, let parts = field.split(at: UInt8(ascii: "-"), maximumCount: 16), parts.count >= 4,
            parts.map(\.count).prefix(4) == [2, 32, 16, 2],
            parts[0] == "00" ? parts.count == 4 : parts[0] != "ff",
            parts.prefix(4).allSatisfy({ $0.utf8.allSatisfy(Self.isDigit) }),
            parts[1...2].allSatisfy({ $0.utf8.contains { $0 != UInt8(ascii: "0") } })
        else { return nil }
        self.traceID = parts[1].string
        self.spanID = parts[2].string
    }

    /// Hexadecimal digits are in lower case (3.2.1).
    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
