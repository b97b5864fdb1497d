/// Writes JSON (RFC 8259), compact and in the order of the calls, straight into bytes: no intermediate copy of what may be a
/// large payload, and no dependence on a general encoder's order of members.
public struct JSONText {
    /// What has been written, in UTF-8.
    public private(set) var bytes: [UInt8] = []
    /// Whether what a reader could take for markup or script is escaped.
    public let escapesMarkup: Bool
    private var needsComma = false

    /// Begins an empty text.
    /// - Parameters:
    ///   - escapesMarkup: Whether `<`, `>`, `&`, U+2028, U+2029 and U+007F to U+009F are escaped too, so that no reader can
    ///     take the text for markup or for script.
    ///   - capacity: Roughly how many bytes are expected.
    public init(escapesMarkup: Bool = true, capacity: Int = 0) {
        self.escapesMarkup = escapesMarkup
        self.bytes.reserveCapacity(capacity)
    }

    /// Writes an object whose members the closure writes.
    public mutating func object(_ members: (inout JSONText) -> Void) {
        self.open("{")
        members(&self)
        self.close("}")
    }

    /// Writes an array whose elements the closure writes.
    public mutating func array(_ elements: (inout JSONText) -> Void) {
        self.open("[")
        elements(&self)
        self.close("]")
    }

    /// Writes the name of a member; its value must follow.
    public mutating func name(_ name: String) {
        self.string(name)
        self.bytes.append(UInt8(ascii: ":"))
        self.needsComma = false
    }

    /// Writes a member that is a string.
    public mutating func member(_ name: String, _ value: String) {
        self.name(name)
        self.string(value)
    }

    /// Writes a member that is a number.
    public mutating func member(_ name: String, _ value: some BinaryInteger) {
        self.name(name)
        self.literal(String(value))
    }

    /// Writes a member that is a string, or `null`.
    public mutating func member(_ name: String, orNull value: String?) {
        self.name(name)
        if let value { self.string(value) } else { self.literal("null") }
    }

    /// Writes a member whose value is JSON text already.
    public mutating func member(_ name: String, json value: some Sequence<UInt8>) {
        self.name(name)
        self.value(json: value)
    }

    /// Writes an element that is a number, or `null` if there is none that JSON knows.
    public mutating func number(_ value: Double?) {
        guard let value, value.isFinite else { return self.literal("null") }
        // Whole numbers are written without a fraction, as people expect of a count.
        self.literal(Int(exactly: value).map { String($0) } ?? String(value))
    }

    /// Writes a value that is JSON text already.
    public mutating func value(json value: some Sequence<UInt8>) {
        self.separate()
        self.bytes.append(contentsOf: value)
    }

    /// Writes a string.
    public mutating func string(_ value: String) {
        guard self.escapesMarkup else { return self.string(utf8: value.utf8) }
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        for scalar in value.unicodeScalars { self.append(scalar) }
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a string of valid UTF-8, and escapes only what RFC 8259, 7 demands.
    public mutating func string(utf8: some Sequence<UInt8>) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        for byte in utf8 { self.append(byte) }
        self.bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{7F}"..."\u{9F}": self.escape(scalar.value)
        case "\u{0}"..."\u{7E}": self.append(UInt8(scalar.value))
        default: self.bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }

    private mutating func append(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): self.bytes.append(contentsOf: #"\""#.utf8)
        case UInt8(ascii: "\\"): self.bytes.append(contentsOf: #"\\"#.utf8)
        case 0x0A: self.bytes.append(contentsOf: #"\n"#.utf8)
        case 0x0D: self.bytes.append(contentsOf: #"\r"#.utf8)
        case 0x09: self.bytes.append(contentsOf: #"\t"#.utf8)
        case 0..<0x20: self.escape(UInt32(byte))
        default: self.bytes.append(byte)
        }
    }

    private mutating func escape(_ value: UInt32) {
        let digits = String(value, radix: 16)
        self.bytes.append(contentsOf: #"\u"#.utf8)
        self.bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
        self.bytes.append(contentsOf: digits.utf8)
    }

    private mutating func literal(_ text: String) {
        self.separate()
        self.bytes.append(contentsOf: text.utf8)
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        self.separate()
        self.bytes.append(UInt8(ascii: bracket))
        self.needsComma = false
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        self.bytes.append(UInt8(ascii: bracket))
        self.needsComma = true
    }

    private mutating func separate() {
        if self.needsComma { self.bytes.append(UInt8(ascii: ",")) }
        self.needsComma = true
    }
}
