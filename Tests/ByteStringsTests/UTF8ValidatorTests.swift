import Testing

@testable import ByteStrings

@Suite struct UTF8ValidatorTests {
    /// Bytes of which many are nearly characters.
    private static let bytes: [UInt8] = [
        0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0xF1, 0xF4,
        0xF5,
    ]

    private static func isText(_ pieces: [[UInt8]]) -> Bool {
        var validator = UTF8Validator()
        return pieces.allSatisfy { piece in piece.withUnsafeBytes { validator.take($0) } } && validator.isComplete
    }

    @Test func itSaysWhatTheStandardLibrarySaysHoweverTheBytesAreCut() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...24, using: &generator)
            var text = Array("aé€😀bcdefgh".utf8).shuffled(using: &generator).prefix(count / 4)
            text += (0..<count).map { _ in Self.bytes.randomElement(using: &generator) ?? 0 }.prefix(count / 8)
            text += Array("é€😀".utf8)
            let bytes = Bool.random(using: &generator) ? Array(text) : Array("aé€😀".utf8) + Array(text.suffix(9))
            let isText = String(validating: bytes, as: UTF8.self) != nil
            let cut = Int.random(in: 0...bytes.count, using: &generator)
            #expect(Self.isText([Array(bytes[..<cut]), [], Array(bytes[cut...])]) == isText, "\(bytes)")
            #expect(Self.isText(bytes.map { [$0] }) == isText, "\(bytes)")
        }
    }

    @Test func fieldsHaveTheirTabsReplacedAndWhatIsNoText() {
        for (text, mended) in [
            (Array("A:\t \ta,\tb \t\r\nB:b\t ,c\t".utf8), "A:   a, b  \r\nB:b  ,c "),
            (Array("A: é\t€ \t😀".utf8), "A: é\t€ \t😀"),
            ([0x61, 0xFF, 0xFE, 0x62], "a\u{FFFD}b"),
            ([0xE2, 0x82, 0x61, 0x80], "\u{FFFD}a\u{FFFD}"), ([0x61, 0xF0, 0x9F], "a\u{FFFD}"),
        ] {
            let result = text.withUnsafeBytes { FieldText.mended($0) }
            #expect(String(decoding: result, as: UTF8.self) == mended, "\(text)")
        }
    }
}
