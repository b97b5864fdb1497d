/// What a parser of fields is given in place of bytes that it takes for worse than they are: a space for a tab around a value or
/// an element of a list (RFC 9110, 5.6.3), which it does not know for white space everywhere, and one U+FFFD for bytes that are no UTF-8, which it would repair one by
/// one, at forty times the price of others and three times their size.
public enum FieldText {
    /// Whether bytes can stay as they are.
    public static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.firstBeyondASCII(from: 0) == bytes.count && !bytes.contains(0x09)
    }

    /// The bytes in a form that costs the parser little.
    /// - Parameter bytes: A part of a head, however it is cut. A character that is cut stays as it is.
    public static func mended(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 2)
        var index = self.rest(ofCharacterIn: bytes)
        result += bytes[..<index]
        var isBroken = false
        while index < bytes.count {
            guard bytes[index] != 0x09 else {
                isBroken = false
                index = self.append(whiteSpaceOf: bytes, from: index, to: &result)
                continue
            }
            let length = self.characterLength(bytes, at: index)
            defer { index += max(length, 1) }
            guard length == 0 else {
                isBroken = false
                result += bytes[index..<index + length]
                continue
            }
            if !isBroken { result += [0xEF, 0xBF, 0xBD] }
            isBroken = true
        }
        return result
    }

    /// Takes a run of white space over that begins with a tab. Between two words of a value it stays as it is, since a tab there is no
    /// space (RFC 9110, 11.4); where a slice is cut it is taken for outer.
    /// - Returns: Where the run ends.
    private static func append(
        whiteSpaceOf bytes: UnsafeRawBufferPointer, from start: Int, to result: inout [UInt8]
    ) -> Int {
        let end = bytes[start...].firstIndex { $0 != 0x09 && $0 != 0x20 } ?? bytes.count
        let before = bytes[..<start].last { $0 != 0x20 } ?? UInt8(ascii: ":")
        let after = end < bytes.count ? bytes[end] : UInt8(ascii: "\r")
        if self.separators.contains(before) || self.separators.contains(after) {
            result += repeatElement(0x20, count: end - start)
        } else {
            result += bytes[start..<end]
        }
        return end
    }

    /// What ends or begins a value, or an element of a list.
    private static let separators = Array(":,\r\n".utf8)

    /// How many bytes at the beginning may end a character that began before.
    private static func rest(ofCharacterIn bytes: UnsafeRawBufferPointer) -> Int {
        bytes.prefix(3).prefix { 0x80...0xBF ~= $0 }.count
    }

    /// How many bytes the character has that begins at a place, as far as they are there; 0 if none does.
    private static func characterLength(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Int {
        var validator = UTF8Validator()
        var index = start
        repeat {
            guard validator.take(bytes[index]) else { return 0 }
            index += 1
        } while !validator.isComplete && index < bytes.count
        return index - start
    }
}
