import HubCore
import TestSupport
import Testing

@Suite struct OffsetTests {
    @Test func itIsMillisecondsAndASequence() throws {
        let offset = try #require(Offset(milliseconds: 1_700_000_000_000, sequence: 7))
        #expect(offset.milliseconds == 1_700_000_000_000)
        #expect(offset.sequence == 7)
        #expect(offset.streamID == "1700000000000-7")
        #expect(Offset(streamID: "1700000000000-7") == offset)
    }

    @Test func theRangesOfBothPartsAreTheirBits() throws {
        let highest = try #require(
            Offset(milliseconds: Offset.maximumMilliseconds, sequence: Offset.maximumSequence))
        #expect(highest == .maximum)
        #expect(Offset(milliseconds: 0, sequence: 0) == .zero)
        #expect(Offset(milliseconds: Offset.maximumMilliseconds + 1, sequence: 0) == nil)
        #expect(Offset(milliseconds: 0, sequence: Offset.maximumSequence + 1) == nil)
        #expect(Offset(streamID: "\(1 << 44)-0") == nil)
        #expect(Offset(streamID: "0-\(1 << 20)") == nil)
    }

    @Test func itsOrderIsThatOfItsParts() throws {
        var random = SeededGenerator(seed: 41)
        for _ in 0..<1000 {
            let parts = (0..<2).map { _ in
                (
                    UInt64.random(in: 0...3, using: &random),
                    [0, 1, Offset.maximumSequence].randomElement(using: &random)!
                )
            }
            let offsets = try parts.map { try #require(Offset(milliseconds: $0.0, sequence: $0.1)) }
            #expect((offsets[0] < offsets[1]) == (parts[0] < parts[1]))
            #expect(Offset(streamID: offsets[0].streamID) == offsets[0])
        }
    }

    @Test(
        "Only the form that is printed is read",
        arguments: ["", "1", "-", "1-", "-1", "1-2-3", "a-1", "1-a", " 1-2", "+1-2", "1-+2", "01-2", "1-02"])
    func refuses(text: String) {
        #expect(Offset(streamID: text) == nil)
    }

    @Test func nothingIsBeforeZero() {
        #expect(Offset.zero.predecessor == .zero)
        #expect(Offset(rawValue: 1 << 20).predecessor.streamID == "0-1023")
        #expect(Offset(streamID: "7-5120")?.predecessor.streamID == "6-6143", "a reign's own")
        #expect(Offset(streamID: "7-5121")?.predecessor.streamID == "7-5120")
    }
}
