import Testing

@testable import ByteStrings

struct JSONReaderTests {
    private func read(_ text: String) throws -> JSONReader.Value {
        var reader = JSONReader(Array(text.utf8)[...])
        let value = try reader.readValue()
        try reader.readEnd()
        return value
    }

    @Test(arguments: [
        "0", "-0", "12.50", "1e5", "1E-10", "-1.5e+3", "true", "false", "null", "\"\"", "\"é😀\"", "[]", "{}",
        "[1,[2,{}]]",
        #"{"a":1,"a":2}"#, #"{ "a" : [ 1 , "\u00e9" ] }"#, #""\"\\\/\b\f\n\r\t""#,
    ])
    func aValueKeepsItsText(_ text: String) throws {
        #expect(String(decoding: try self.read(" \(text)\r\n\t").text, as: UTF8.self) == text)
        #expect(String(decoding: try self.read("\u{FEFF}\(text)").text, as: UTF8.self) == text)
    }

    @Test(arguments: [
        "", " ", "01", "1.", ".5", "+1", "-", "1e", "1e+", "0x1", "NaN", "tru", "nul", "True", "'a'", "\"a", "\"\\x\"",
        "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "[1,]", "[,1]", "[1 2]", "[", "]",
        "{",
        "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "{1:2}", "1 2", "// x", "[1]]",
    ])
    func whatIsNoJSONIsRefused(_ text: String) {
        #expect(throws: JSONReader.Fault.self) { try self.read(text) }
    }

    @Test func stringsAreDecoded() throws {
        let value = try self.read(#""\u0041\u00e9\ud83d\ude00\n\"\/""#)
        #expect(value.string == Array("Aé😀\n\"/".utf8))
    }

    @Test func nestingIsBounded() throws {
        let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        _ = try self.read(deep)
        #expect(throws: JSONReader.Fault.self) { try self.read("[\(deep)]") }
        let absurd = String(repeating: "[", count: 1_000_000)
        #expect(throws: JSONReader.Fault.self) { try self.read(absurd) }
    }
}
