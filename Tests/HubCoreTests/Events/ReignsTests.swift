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
            #expect(reigns.gave(kept))
        }
        for lost in [self.offset(1000, tag: 5, 3), self.offset(5000, tag: 5)] {
            #expect(!reigns.gave(lost))
        }
        for unknown in [self.offset(1, tag: 9), self.offset(5000, tag: 6)] {
            #expect(!reigns.gave(unknown))
        }
    }

    @Test func historiesPartWhereTheFirstOfThemBeganAReignOfItsOwn() throws {
        let common = Reigns(tag: 1)
        var (first, second) = (common, common)
        #expect(first.parting(from: second) == .maximum)
        _ = first.begin(tag: 2, after: self.offset(100, tag: 1), now: 200)
        #expect(first.parting(from: second) == self.offset(100, tag: 1))
        #expect(second.parting(from: first) == self.offset(100, tag: 1), "also for who comes back to the old one")
        _ = second.begin(tag: 3, after: self.offset(90, tag: 1), now: 300)
        #expect(first.parting(from: second) == self.offset(90, tag: 1))
        var third = first
        _ = third.begin(tag: 4, after: self.offset(300, tag: 2), now: 400)
        #expect(third.parting(from: first) == self.offset(300, tag: 2))
        #expect(try first.parting(from: #require(Reigns("0-0:9"))) == nil)
        #expect(try third.parting(from: #require(Reigns("\(self.offset(300, tag: 2)):4"))) == .maximum)
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
        var lower = Reigns(tag: 9)
        _ = lower.begin(tag: 5, after: self.offset(1000, tag: 9), now: 1001)
        #expect(lower.position(before: 1001) == self.offset(1000, tag: 9), "right before the reign")
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
