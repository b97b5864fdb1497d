/// What a parser of fields is given in place of bytes that it takes for worse than they are: a space for a tab (RFC 9110, 5.6.3),
/// which it does not know for white space everywhere, and one U+FFFD for bytes that are no UTF-8, which it would repair one by
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
            let length = self.characterLength(bytes, at: index)
            defer { index += max(length, 1) }
            guard length == 0 else {
                isBroken = false
                if bytes[index] == 0x09 { result.append(0x20) } else { result += bytes[index..<index + length] }
                continue
            }
            if !isBroken { result += [0xEF, 0xBF, 0xBD] }
            isBroken = true
        }
        return result
    }

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
