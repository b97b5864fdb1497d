import Testing

@testable import HubCore

@Suite struct ReignsTests {
    private func offset(_ milliseconds: UInt64, tag: UInt64, _ count: UInt64 = 0) -> Offset {
        Offset(rawValue: milliseconds << Offset.sequenceBits | tag << Offset.countBits | count)
    }

    @Test func whatAnOldPrimaryGivesAfterItWasTakenOverFromIsNoneOfTheHistory() {
        var reigns = Reigns(tag: 5)
        let clock = self.offset(1000, tag: 5, 2)
        let beginning = reigns.begin(tag: 9, after: clock, now: 1000)
        #expect(beginning == self.offset(1001, tag: 9))
        for kept in [.zero, self.offset(1, tag: 5), clock, beginning, self.offset(5000, tag: 9, 7)] {
            #expect(reigns.gave(kept) && reigns.parting(of: kept) == nil)
        }
        for lost in [self.offset(1000, tag: 5, 3), self.offset(5000, tag: 5)] {
            #expect(!reigns.gave(lost) && reigns.parting(of: lost) == clock)
        }
        for unknown in [self.offset(1, tag: 9), self.offset(5000, tag: 6)] {
            #expect(!reigns.gave(unknown) && reigns.parting(of: unknown) == nil)
        }
    }

    @Test func historiesPartWhereTheReignEndedAndNotWhereALaterOneBegan() {
        var reigns = Reigns(tag: 1)
        _ = reigns.begin(tag: 2, after: self.offset(100, tag: 1), now: 200)
        _ = reigns.begin(tag: 3, after: self.offset(300, tag: 2), now: 400)
        #expect(reigns.parting(of: self.offset(500, tag: 1)) == self.offset(100, tag: 1))
        #expect(reigns.parting(of: self.offset(500, tag: 2)) == self.offset(300, tag: 2))
    }

    @Test func thePositionBeforeAnEventIsOneOfItsReign() {
        var reigns = Reigns(tag: 5)
        let beginning = reigns.begin(tag: 9, after: self.offset(1000, tag: 5, 1023), now: 900)
        let first = beginning.successor(now: 900)
        #expect(first > beginning && reigns.gave(first.predecessor))
        #expect(reigns.gave(beginning.successor(now: 1002).predecessor))
    }

    @Test func thePositionBeforeATimeIsOneThatAClientCanComeBackWith() {
        var reigns = Reigns(tag: 5)
        _ = reigns.begin(tag: 9, after: self.offset(1000, tag: 5), now: 1001)
        for milliseconds in [UInt64(1), 500, 1000, 1001, 1002, 9000] {
            let position = reigns.position(before: milliseconds)
            #expect(reigns.gave(position) && position <= Offset(before: milliseconds))
            #expect(position.milliseconds == milliseconds - 1)
        }
        #expect(reigns.position(before: 0) == .zero)
        #expect(reigns.settled(self.offset(2000, tag: 5)) == reigns.position(before: 2000))
        #expect(reigns.settled(self.offset(2000, tag: 9)) == self.offset(2000, tag: 9))
    }

    @Test func theyAreReadAsRedisKeepsThem() throws {
        let reigns = try #require(Reigns("0-0:* 1000-7:- 1999-1048575:* 3000-0:17"))
        #expect(reigns.gave(self.offset(1000, tag: 0, 7)) && !reigns.gave(self.offset(1500, tag: 0)))
        #expect(reigns.gave(self.offset(2000, tag: 0)) && reigns.gave(self.offset(2500, tag: 900)))
        #expect(reigns.gave(self.offset(3001, tag: 17)) && !reigns.gave(self.offset(3001, tag: 0)))
        #expect(reigns.position(before: 1500) == self.offset(1000, tag: 0, 7))
        for text in ["", "x", "0-0", "0-0:", "0-0:1024", "0-0:-1", ":1", "0-0:1:2"] { #expect(Reigns(text) == nil) }
    }
}
