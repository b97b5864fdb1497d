import ByteStrings
import HubTransports
import NIOHTTP1
import Testing

@Suite struct FieldTests {
    @Test func fieldsAreReadWithoutWhiteSpaceAroundThem() {
        let headers = HTTPHeaders([("Origin", " \thttps://example.org\t "), ("origin", "null")])
        #expect(headers.field("ORIGIN") == "https://example.org")
        #expect(headers.fields("Origin") == ["https://example.org", "null"])
        #expect(headers.field("Host") == nil)
    }

    @Test func linesOfOneNameAreOneList() {
        let headers = HTTPHeaders([("Accept", "a/b , c/d,,"), ("accept", " , e/f;q=1")])
        #expect(headers.list("Accept") == ["a/b", "c/d", "e/f;q=1"])
        #expect(headers.list("Upgrade") == [])
    }

    @Test func aCommaWithACombiningMarkIsAComma() {
        #expect(HTTPHeaders([("Accept", "a,\u{301}b")]).list("Accept") == ["a", "\u{301}b"])
    }

    @Test func aListIsBounded() {
        let full = Array(repeating: "x", count: HTTPHeaders.maximumListCount).joined(separator: ",")
        #expect(HTTPHeaders([("Accept", full)]).list("Accept")?.count == HTTPHeaders.maximumListCount)
        #expect(HTTPHeaders([("Accept", full), ("Accept", "y")]).list("Accept") == nil)
        let commas = String(repeating: " ,", count: 30_000)
        #expect(HTTPHeaders([("Accept", commas)]).list("Accept") == nil)
        #expect(HTTPHeaders([("Forwarded", "a" + commas)]).endOfList("Forwarded") == [])
    }
}
