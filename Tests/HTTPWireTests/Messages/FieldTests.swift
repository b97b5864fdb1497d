import ByteStrings
import HTTPTypes
import HTTPWire
import TestSupport
import Testing

@Suite struct FieldTests {
    @Test func fieldsAreReadWithoutWhiteSpaceAroundThem() {
        let fields = HTTPFields(pairs: [("Origin", " \thttps://example.org\t "), ("origin", "null")])
        #expect(fields.field(.origin) == "https://example.org")
        #expect(fields.fields(.origin) == ["https://example.org", "null"])
        #expect(fields.field(.via) == nil)
    }

    @Test func linesOfOneNameAreOneList() {
        let fields = HTTPFields(pairs: [("Accept", "a/b , c/d,,"), ("accept", " , e/f;q=1")])
        #expect(fields.list(.accept) == ["a/b", "c/d", "e/f;q=1"])
        #expect(fields.list(.upgrade) == [])
    }

    @Test func aCommaWithACombiningMarkIsAComma() {
        #expect(HTTPFields(pairs: [("Accept", "a,\u{301}b")]).list(.accept) == ["a", "\u{301}b"])
    }

    @Test func aListIsBounded() {
        let full = Array(repeating: "x", count: HTTPFields.maximumListCount).joined(separator: ",")
        #expect(HTTPFields(pairs: [("Accept", full)]).list(.accept)?.count == HTTPFields.maximumListCount)
        #expect(HTTPFields(pairs: [("Accept", full), ("Accept", "y")]).list(.accept) == nil)
        let commas = String(repeating: " ,", count: 30_000)
        #expect(HTTPFields(pairs: [("Accept", commas)]).list(.accept) == nil)
        #expect(HTTPFields(pairs: [("Forwarded", "a" + commas)]).endOfList(.forwarded) == [])
    }
}
