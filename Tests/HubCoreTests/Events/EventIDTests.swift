import HubCore
import TestSupport
import Testing

@Suite struct EventIDTests {
    @Test func whatIsPrintedIsReadBack() {
        var random = SeededGenerator(seed: 31)
        for _ in 0..<2000 {
            let id = Self.randomID(&random)
            let text = id.description
            #expect(EventID(text) == id)
            #expect(EventID("x\(text)y".dropFirst().dropLast()) == id)
            #expect(Cursor(text) == Cursor(after: id))
            #expect(Cursor(after: id).description == text)
            #expect(Epoch(id.epoch.description) == id.epoch)
        }
    }

    @Test func anIDHasOnlyCharactersThatNeedNoPreflight() {
        var random = SeededGenerator(seed: 32)
        for _ in 0..<500 {
            let text = Self.randomID(&random).description
            #expect(text.utf8.count == 33)
            #expect(text.wholeMatch(of: /[0-9a-f]{16}-[0-9a-f]{16}/) != nil)
        }
    }

    @Test func theOrderOfTextIsTheOrderOfIDs() {
        var random = SeededGenerator(seed: 33)
        for _ in 0..<2000 {
            let (left, right) = (Self.randomID(&random), Self.randomID(&random))
            let isBefore = (left.epoch, left.offset) < (right.epoch, right.offset)
            #expect(left.description.utf8.lexicographicallyPrecedes(right.description.utf8) == isBefore)
        }
    }

    @Test func everythingElseIsRefused() {
        let good = "0123456789abcdef-fedcba9876543210"
        #expect(EventID(good) != nil)
        let bad = [
            "", "-", "latest", good + "0", "0" + good, String(good.dropLast()), good.uppercased(),
            " " + good.dropFirst(),
            good + "\n", good.replacing("-", with: "+"), good.replacing("-", with: "_"), "+" + good.dropFirst(),
            good.replacing("a", with: "g"), good.replacing("a", with: "é"), "e\u{301}" + good.dropFirst(3),
            String(repeating: "-", count: 33), String(repeating: "０", count: 11), "1700000000000-0",
        ]
        for text in bad {
            #expect(EventID(text) == nil)
            #expect(Cursor(text) == nil)
        }
    }

    @Test func anyOneByteThatIsWrongMakesItRefused() {
        let good = Array("0123456789abcdef-fedcba9876543210".utf8)
        for (index, byte) in good.enumerated() {
            for wrong in UInt8.min...0x7F where wrong != byte {
                var text = good
                text[index] = wrong
                let isDigit = index != 16 && String(decoding: [wrong], as: UTF8.self).wholeMatch(of: /[0-9a-f]/) != nil
                #expect((EventID(String(decoding: text, as: UTF8.self)) != nil) == isDigit)
            }
        }
    }

    /// Random bits, with runs of zeros and ones as often.
    private static func randomID(_ random: inout SeededGenerator) -> EventID {
        func number() -> UInt64 {
            let bits = UInt64.random(in: 0 ... .max, using: &random)
            return [bits, bits >> 60, bits >> 32, .max, 0, bits << 60].randomElement(using: &random)!
        }
        return EventID(epoch: Epoch(rawValue: number()), offset: Offset(rawValue: number()))
    }
}
