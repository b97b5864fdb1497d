import HubCore
import Testing

@Suite struct EventNameTests {
    @Test func lengthIsCountedInBytes() throws {
        #expect(try EventName(String(repeating: "é", count: 128)).name.utf8.count == 256)
        let error = #expect(throws: InvalidEvent.self) { try EventName(String(repeating: "a", count: 257)) }
        #expect(error?.description == "an event name must be at most 256 bytes, this one has 257")
        #expect(throws: InvalidEvent.self) { try EventName("") }
    }

    @Test("What would end the field on the wire is refused", arguments: ["\n", "\r", "\r\n", "\0"])
    func refusesLineEnds(character: String) {
        for name in [character, "a\(character)", "\(character)a", "a\(character)b"] {
            #expect(throws: InvalidEvent.self) { try EventName(name) }
        }
    }

    @Test(
        "Other characters are the publisher's own affair", arguments: [" a", "a:b", "\t", "\u{85}", "\u{2028}", "日本語"])
    func allows(name: String) throws {
        #expect(try EventName(name).name == name)
    }

    @Test("Names of the hub's own events are refused", arguments: ["hub.", "hub.reset", "hub.x", "hub.\u{301}"])
    func refusesReserved(name: String) {
        #expect(throws: InvalidEvent.self) { try EventName(name) }
    }

    @Test(
        "Names that only resemble them are not", arguments: ["hub", "hub-x", "Hub.reset", "a.hub.reset", " hub.reset"])
    func allowsSimilar(name: String) throws {
        #expect(try EventName(name).name == name)
    }
}
