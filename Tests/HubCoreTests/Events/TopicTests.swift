import HubCore
import Testing

@Suite struct TopicTests {
    @Test(
        "Any text of 1 to 512 bytes without control characters is a topic",
        arguments: ["n", " ", "a/b?c#d", "日本語", "$sys"])
    func allows(name: String) throws {
        #expect(try Topic(name).name == name)
    }

    @Test func lengthIsCountedInBytes() throws {
        #expect(try Topic(String(repeating: "a", count: 512)).name.utf8.count == 512)
        #expect(try Topic(String(repeating: "é", count: 256)).name.utf8.count == 512)
        let error = #expect(throws: InvalidEvent.self) { try Topic(String(repeating: "é", count: 256) + "a") }
        #expect(error?.description == "a topic must be at most 512 bytes, this one has 513")
        #expect(throws: InvalidEvent.self) { try Topic("") }
    }

    @Test("Control characters are refused, wherever they are", arguments: Array(0...0x1F) + Array(0x7F...0x9F))
    func refusesControls(scalar: UInt32) throws {
        let control = String(try #require(Unicode.Scalar(scalar)))
        for name in [control, "a\(control)", "\(control)a", "a\(control)b", "e\(control)\u{301}"] {
            #expect(throws: InvalidEvent.self) { try Topic(name) }
        }
    }

    @Test func whatOnlyLooksLikeAControlIsAllowed() throws {
        for name in ["\u{2028}", "\u{200B}", "\u{FEFF}", "\u{A0}", "\u{E000}"] { #expect(try Topic(name).name == name) }
    }

    @Test func aDollarAtTheStartReserves() throws {
        #expect(try Topic("$").isReserved)
        #expect(try Topic("$\u{301}sys").isReserved)
        #expect(try !Topic("a$").isReserved)
        #expect(try !Topic("＄").isReserved)
    }

    @Test func anAsteriskAtTheEndIsAPatternAndNoTopic() throws {
        for name in ["*", "users/42/*", "**", "a*", "\u{301}*"] {
            #expect(throws: InvalidEvent.self) { try Topic(name) }
        }
        for name in ["*a", "a*b", "a*\u{301}", "a＊"] { #expect(try Topic(name).name == name) }
    }
}
