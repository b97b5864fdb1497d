import HubCore
import TestSupport
import Testing

@Suite struct EventDataTests {
    @Test(
        "CRLF and CR become LF",
        arguments: [
            ("", ""), ("a", "a"), ("\n", "\n"), ("\r", "\n"), ("\r\n", "\n"), ("\n\r", "\n\n"), ("\r\r", "\n\n"),
            ("\r\r\n", "\n\n"), ("\r\n\n", "\n\n"), ("\r\n\r\n", "\n\n"), ("a\rb\r\nc\nd", "a\nb\nc\nd"),
            ("a\r", "a\n"),
        ])
    func normalizes(text: String, expected: String) throws {
        #expect(EventData(text).bytes == Array(expected.utf8))
        #expect(try EventData(validating: Array(text.utf8)).bytes == Array(expected.utf8))
        // What has passed the door once passes it unchanged.
        #expect(EventData(expected).bytes == Array(expected.utf8))
    }

    @Test func generatedTextHasAsManyLinesAsSwiftFinds() throws {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<2000 {
            let pieces = ["\r", "\n", "x", "é", " "]
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random)! }
                .joined()
            let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
            #expect(EventData(text).text.split(separator: "\n", omittingEmptySubsequences: false) == lines)
        }
    }

    @Test(
        "Bytes that are not UTF-8 are refused (RFC 3629)",
        arguments: [
            [0x80], [0xFF], [0xC3], [0x61, 0xC3], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80], [0xC3, 0x0D],
        ] as [[UInt8]])
    func refuses(bytes: [UInt8]) {
        let error = #expect(throws: InvalidEvent.self) { try EventData(validating: bytes) }
        #expect(error?.description == "the data must be UTF-8 text; encode binary data, for example as base64")
    }

    @Test func allOtherTextIsKeptByteForByte() throws {
        for text in ["\0", "\u{FEFF}a", "e\u{301}", "\u{10FFFF}", "\u{2028}", "\u{B}\u{C}\u{85}"] {
            #expect(try EventData(validating: Array(text.utf8)).bytes == Array(text.utf8))
            #expect(EventData(text).text.utf8.elementsEqual(text.utf8))
        }
    }
}
