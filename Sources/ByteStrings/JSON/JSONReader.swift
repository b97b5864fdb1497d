/// Reads JSON (RFC 8259) and keeps where each value stands, so that a value can be passed on as the very text that came.
///
/// Strict: no comments, no trailing commas, no lone surrogates (they are no text), no number that JSON does not know.
public struct JSONReader {
    /// What is wrong with the text, in one line.
    public struct Fault: Error, Hashable {
        /// That line.
        public let description: String

        /// Makes a fault.
        public init(_ description: String) {
            self.description = description
        }
    }

    /// A value, by its outermost form, and its text.
    public struct Value {
        /// What a value is.
        public enum Form: Hashable, Sendable { case string, number, object, array, boolean, null }
        /// What it is.
        public let form: Form
        /// The very text that came.
        public let text: ArraySlice<UInt8>
        /// What a string says.
        public let string: [UInt8]?
    }

    /// A member of an object.
    public typealias Member = (name: ByteString, value: Value)

    /// How deep arrays and objects may stand in each other.
    public static let maximumDepth = 128
    /// How many members an object may have whose members are looked at one by one.
    public static let maximumMembers = 64

    private let bytes: ArraySlice<UInt8>
    private var index: Int
    private var depth = 0

    /// Makes a reader.
    /// - Parameter bytes: UTF-8, checked.
    public init(_ bytes: ArraySlice<UInt8>) {
        // A byte order mark may be ignored (RFC 8259, 8.1); some systems write one into every file.
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
        self.index = self.bytes.startIndex
    }

    /// Checks that nothing but white space is left.
    public mutating func readEnd() throws(Fault) {
        self.skipSpace()
        guard self.index == self.bytes.endIndex else { throw self.unexpected("the end") }
    }

    /// Reads a value of any form. What stands in an array or an object is checked, and stays text.
    public mutating func readValue() throws(Fault) -> Value {
        self.skipSpace()
        let start = self.index
        let string = self.peek == UInt8(ascii: "\"") ? try self.readString() : nil
        let form = string == nil ? try self.skipValue() : .string
        return Value(form: form, text: self.bytes[start..<self.index], string: string)
    }

    /// Reads an object.
    /// - Parameter member: Gets each name, and must read its value.
    public mutating func readObject(_ member: (ByteString, inout JSONReader) throws(Fault) -> Void) throws(Fault) {
        try self.readMembers { (reader) throws(Fault) in
            let name = ByteString(decoding: try reader.readString())
            try reader.readColon()
            try member(name, &reader)
        }
    }

    /// Reads an array.
    /// - Parameter element: Must read each element.
    public mutating func readArray(_ element: (inout JSONReader) throws(Fault) -> Void) throws(Fault) {
        try self.enter(UInt8(ascii: "["), "an array")
        if self.take(UInt8(ascii: "]")) { return self.leave() }
        repeat {
            try element(&self)
        } while self.take(UInt8(ascii: ","))
        guard self.take(UInt8(ascii: "]")) else { throw self.unexpected("',' or ']'") }
        self.leave()
    }

    /// Reads a text that is one object, whose names differ.
    /// - Parameter bytes: UTF-8, checked.
    /// - Throws: A fault that says what is wrong.
    public static func members(_ bytes: ArraySlice<UInt8>) throws(Fault) -> [Member] {
        var members: [Member] = []
        var seen: Set<ByteString> = []
        var reader = JSONReader(bytes)
        try reader.readObject { (name, reader) throws(Fault) in
            guard seen.insert(name).inserted else {
                throw Fault("the field '\(name.shortened(to: 64))' is there twice")
            }
            guard seen.count <= Self.maximumMembers else {
                throw Fault("there are more than \(Self.maximumMembers) fields")
            }
            members.append((name, try reader.readValue()))
        }
        try reader.readEnd()
        return members
    }

    // MARK: Pieces

    private var peek: UInt8? { self.index < self.bytes.endIndex ? self.bytes[self.index] : nil }

    private mutating func skipSpace() {
        while let byte = self.peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { self.index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        self.skipSpace()
        guard self.peek == byte else { return false }
        self.index += 1
        return true
    }

    private mutating func enter(_ bracket: UInt8, _ what: String) throws(Fault) {
        guard self.take(bracket) else { throw self.unexpected(what) }
        self.depth += 1
        guard self.depth <= Self.maximumDepth else {
            throw Fault("arrays and objects may stand \(Self.maximumDepth) deep in each other at most")
        }
    }

    private mutating func leave() {
        self.depth -= 1
    }

    /// - Parameter member: Finds the quote of a name, and must read as far as the value goes.
    private mutating func readMembers(_ member: (inout JSONReader) throws(Fault) -> Void) throws(Fault) {
        try self.enter(UInt8(ascii: "{"), "an object")
        if self.take(UInt8(ascii: "}")) { return self.leave() }
        repeat {
            self.skipSpace()
            guard self.peek == UInt8(ascii: "\"") else { throw self.unexpected("a name in quotes") }
            try member(&self)
        } while self.take(UInt8(ascii: ","))
        guard self.take(UInt8(ascii: "}")) else { throw self.unexpected("',' or '}'") }
        self.leave()
    }

    private mutating func readColon() throws(Fault) {
        guard self.take(UInt8(ascii: ":")) else { throw self.unexpected("':'") }
    }

    /// Reads a value that nobody asks for: nothing is kept of it.
    private mutating func skipValue() throws(Fault) -> Value.Form {
        self.skipSpace()
        switch self.peek {
        case UInt8(ascii: "\""):
            try self.skipString()
            return .string
        case UInt8(ascii: "{"):
            try self.readMembers { (reader) throws(Fault) in
                try reader.skipString()
                try reader.readColon()
                _ = try reader.skipValue()
            }
            return .object
        case UInt8(ascii: "["):
            try self.readArray { (reader) throws(Fault) in _ = try reader.skipValue() }
            return .array
        case UInt8(ascii: "t"): return try self.skip("true", .boolean)
        case UInt8(ascii: "f"): return try self.skip("false", .boolean)
        case UInt8(ascii: "n"): return try self.skip("null", .null)
        default:
            try self.skipNumber()
            return .number
        }
    }

    private mutating func skip(_ word: StaticString, _ form: Value.Form) throws(Fault) -> Value.Form {
        let isThere = word.withUTF8Buffer { self.bytes[self.index...].starts(with: $0) }
        guard isThere else { throw self.unexpected("a value") }
        self.index += word.utf8CodeUnitCount
        return form
    }

    private mutating func skipNumber() throws(Fault) {
        if self.peek == UInt8(ascii: "-") { self.index += 1 }
        if self.peek == UInt8(ascii: "0") {
            self.index += 1
        } else {
            try self.skipDigits("a value")
        }
        if self.peek == UInt8(ascii: ".") {
            self.index += 1
            try self.skipDigits("a digit")
        }
        if self.peek == UInt8(ascii: "e") || self.peek == UInt8(ascii: "E") {
            self.index += 1
            if self.peek == UInt8(ascii: "+") || self.peek == UInt8(ascii: "-") { self.index += 1 }
            try self.skipDigits("a digit")
        }
    }

    private mutating func skipDigits(_ expected: String) throws(Fault) {
        let start = self.index
        while let byte = self.peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { self.index += 1 }
        guard self.index > start else { throw self.unexpected(expected) }
    }

    private func unexpected(_ expected: String) -> Fault {
        let place = self.index - self.bytes.startIndex + 1
        return Fault("the JSON is not well-formed: \(expected) expected at byte \(place)")
    }
}

// MARK: - Strings

extension JSONReader {
    private mutating func readString() throws(Fault) -> [UInt8] {
        var result: [UInt8]? = []
        try self.scanString(into: &result)
        return result ?? []
    }

    private mutating func skipString() throws(Fault) {
        var nothing: [UInt8]?
        try self.scanString(into: &nothing)
    }

    /// Reads a string to its closing quote.
    /// - Parameter result: What it says; `nil` if nobody asks.
    private mutating func scanString(into result: inout [UInt8]?) throws(Fault) {
        self.index += 1
        var start = self.index
        while let byte = self.peek {
            switch byte {
            case UInt8(ascii: "\""):
                result?.append(contentsOf: self.bytes[start..<self.index])
                self.index += 1
                return
            case UInt8(ascii: "\\"):
                result?.append(contentsOf: self.bytes[start..<self.index])
                self.index += 1
                try self.scanEscape(into: &result)
                start = self.index
            case 0..<0x20:
                throw Fault("a control character in a string must be escaped")
            default:
                self.index += 1
            }
        }
        throw self.unexpected("a closing quote")
    }

    private mutating func scanEscape(into result: inout [UInt8]?) throws(Fault) {
        guard let byte = self.peek else { throw self.unexpected("an escape") }
        self.index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result?.append(byte)
        case UInt8(ascii: "b"): result?.append(0x08)
        case UInt8(ascii: "f"): result?.append(0x0C)
        case UInt8(ascii: "n"): result?.append(0x0A)
        case UInt8(ascii: "r"): result?.append(0x0D)
        case UInt8(ascii: "t"): result?.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try self.readScalar()
            result?.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw Fault("a string holds an unknown escape")
        }
    }

    private mutating func readScalar() throws(Fault) -> Unicode.Scalar {
        let first = try self.readHexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), self.skipByte(UInt8(ascii: "\\")), self.skipByte(UInt8(ascii: "u"))
        else { throw Self.loneSurrogate }
        let second = try self.readHexadecimal()
        guard (0xDC00..<0xE000).contains(second) else { throw Self.loneSurrogate }
        let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        guard let scalar = Unicode.Scalar(value) else { throw Self.loneSurrogate }
        return scalar
    }

    private mutating func skipByte(_ byte: UInt8) -> Bool {
        guard self.peek == byte else { return false }
        self.index += 1
        return true
    }

    private mutating func readHexadecimal() throws(Fault) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = self.peek?.hexadecimalValue else { throw self.unexpected("four hexadecimal digits") }
            value = value << 4 | UInt16(digit)
            self.index += 1
        }
        return value
    }

    private static let loneSurrogate = Fault("a string holds half of a surrogate pair, which is no text")
}
