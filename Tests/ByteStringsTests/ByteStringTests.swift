import ByteStrings
import Testing

@Suite struct ByteStringTests {
    /// To Swift's strings these are the same.
    private static let composed = "\u{E9}"
    private static let decomposed = "e\u{301}"

    @Test func textIsToldApartByItsBytes() {
        #expect(ByteString(Self.composed) != ByteString(Self.decomposed))
        #expect(Set([Self.composed, Self.decomposed].map { ByteString($0) }).count == 2)
        #expect(ByteString("topic"[...].dropFirst()) == "opic")
        #expect(ByteString("") == "" && ByteString("") != "a")
    }

    @Test func aSwitchComparesBytes() {
        func name(_ text: String) -> String {
            switch ByteString(text) {
            case "é": "composed"
            case "topic": "topic"
            default: "other"
            }
        }
        #expect(name("topic") == "topic")
        #expect(name(Self.composed) == "composed")
        #expect(name(Self.decomposed) == "other")
    }

    @Test func textIsOrderedByItsBytes() {
        #expect(["b", "", "a", "ab", "\u{301}"].map { ByteString($0) }.sorted() == ["", "a", "ab", "b", "\u{301}"])
    }

    @Test func caseIsThatOfASCIIAlone() {
        #expect(ByteString("WebSocket").equalsIgnoringCase("wEBsOCKET"))
        #expect(!ByteString("websocket").equalsIgnoringCase("websockets"))
        // The Kelvin sign is a K to Unicode, and no letter to HTTP.
        #expect(!ByteString("\u{212A}eep").equalsIgnoringCase("keep"))
        #expect(!ByteString("[").equalsIgnoringCase("{") && !ByteString("@").equalsIgnoringCase("`"))
        #expect(ByteString("ÄBC@[Z").lowercasedASCII == "Äbc@[z")
        #expect(ByteString("abc").lowercasedASCII == "abc")
    }

    @Test func endsAreCompared() {
        #expect(ByteString("Bearer x").hasPrefix("Bearer ") && ByteString("a").hasPrefix(""))
        #expect(!ByteString("Bear").hasPrefix("Bearer"))
        #expect(ByteString(".\u{301}x").hasPrefix("."))
        #expect(ByteString("a.localhost").hasSuffix(".localhost") && !ByteString("host").hasSuffix(".localhost"))
        #expect(ByteString("a=b").contains(UInt8(ascii: "=")) && !ByteString("ab").contains(UInt8(ascii: "=")))
    }

    @Test func textIsTakenApart() {
        let comma = UInt8(ascii: ",")
        #expect(ByteString("a,,b").split(at: comma, maximumCount: 3) == ["a", "", "b"])
        #expect(ByteString("a,,b").split(at: comma, maximumCount: 2) == nil)
        #expect(ByteString("").split(at: comma, maximumCount: 1) == [""])
        // Swift's strings take a comma with a mark for another character.
        #expect(ByteString("a,\u{301}b").split(at: comma, maximumCount: 2) == ["a", "\u{301}b"])
        #expect(ByteString("a=b=c").cut(at: UInt8(ascii: "=")).after == "b=c")
        #expect(ByteString("a=").cut(at: UInt8(ascii: "=")).after == "")
        #expect(ByteString("a").cut(at: UInt8(ascii: "=")).after == nil)
    }

    @Test func whiteSpaceIsSpacesAndTabs() {
        #expect(ByteString(" \t a b\t ").trimmed == "a b")
        #expect(ByteString(" \t ").trimmed == "")
        #expect(ByteString("\u{A0}a\r").trimmed == "\u{A0}a\r")
    }

    @Test func lineEndsAtTheEndAreTakenAway() {
        for end in ["", "\n", "\r\n", "\n\n", "\r"] {
            #expect(ByteString("a\nb\r\nc " + end).withoutLineEnds == "a\nb\r\nc ")
        }
        #expect(ByteString("\r\n").withoutLineEnds == "" && ByteString("").withoutLineEnds == "")
    }

    @Test func kindsOfCharactersAreTold() {
        #expect(ByteString("a ~").isASCII && !ByteString("é").isASCII && ByteString("").isASCII)
        #expect(ByteString("a~!").isVisibleASCII && !ByteString("a b").isVisibleASCII)
        #expect(!ByteString("").isVisibleASCII && !ByteString("").isDigits)
        #expect(ByteString("0123456789").isDigits && !ByteString("+1").isDigits && !ByteString("\u{0661}").isDigits)
    }

    @Test func textForPeopleIsCutBetweenCharacters() {
        #expect(ByteString("abc").shortened(to: 3) == "abc")
        #expect(ByteString("abcd").shortened(to: 3) == "abc…")
        #expect(ByteString("aéé").shortened(to: 4) == "aé…")
        #expect(ByteString("\u{1F600}\u{1F600}").shortened(to: 7) == "\u{1F600}…")
    }

    @Test func bytesThatAreNoTextAreReplaced() {
        #expect(ByteString(decoding: [0x61, 0xFF]) == "a\u{FFFD}")
    }

    /// With Swift's own comparisons each of these takes minutes.
    @Test func hostileTextTakesOnePass() {
        let marks = String(repeating: "\u{301}", count: 100_000) + String(repeating: "\u{316}", count: 100_000)
        let text = ByteString("a" + marks)
        let other = ByteString("b" + marks)
        #expect(text != other && text < other && !text.equalsIgnoringCase(other))
        #expect(Set([text, other]).count == 2)
        #expect(text.hasPrefix("a") && text.hasSuffix(ByteString(marks)) && text.lowercasedASCII == text)
        #expect(text.cut(at: UInt8(ascii: "\u{7F}")).after == nil && text.trimmed == text)
        #expect(text.shortened(to: 64).utf8.count <= 67)
    }
}
