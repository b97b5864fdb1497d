/// Checks text that comes in pieces (RFC 6455, 8.1): a character may be cut between two of them.
struct UTF8Check {
    /// The beginning of a character whose rest has yet to come.
    private var carry: [UInt8] = []

    /// Takes the next piece.
    /// - Returns: Whether all that has come so far can be UTF-8, and is, if this was the last.
    mutating func take(_ bytes: some Collection<UInt8>, isLast: Bool) -> Bool {
        let piece = self.carry + bytes
        let cut = isLast ? 0 : Self.cutCharacter(piece)
        self.carry = Array(piece.suffix(cut))
        return Self.isText(piece.dropLast(cut)) && Self.canBeCompleted(self.carry)
    }

    private static func isText(_ bytes: some Collection<UInt8>) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    /// From the second byte on, a character is possible if the least that could follow makes it one.
    private static func canBeCompleted(_ carry: [UInt8]) -> Bool {
        guard carry.count >= 2 else { return true }
        let missing = (carry[0] >= 0xF0 ? 4 : 3) - carry.count
        return self.isText(carry + repeatElement(0x80, count: missing))
    }

    /// How many bytes at the end begin a character that needs more of them.
    private static func cutCharacter(_ bytes: [UInt8]) -> Int {
        for count in 1...3 where count <= bytes.count {
            let length =
                switch bytes[bytes.count - count] {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                case 0x80...0xBF: 0
                default: 1
                }
            if length > 0 { return length > count ? count : 0 }
        }
        return 0
    }
}
