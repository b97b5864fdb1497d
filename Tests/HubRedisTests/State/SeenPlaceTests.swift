import HubCore
import Testing

@testable import HubRedis

@Suite struct SeenPositionTests {
    private func position(_ epoch: UInt64, _ offset: UInt64) -> EventID {
        EventID(epoch: Epoch(rawValue: epoch), offset: Offset(rawValue: offset))
    }

    @Test func theFirstPlaceEntersItsEpoch() {
        var seen = SeenPosition()
        #expect(seen.note(self.position(5, 10)) == .entered)
        #expect(seen.position == self.position(5, 10))
    }

    @Test func theHighestOffsetIsKept() {
        var seen = SeenPosition()
        _ = seen.note(self.position(5, 10))
        #expect(seen.note(self.position(5, 8)) == .current)
        #expect(seen.position == self.position(5, 10))
        #expect(seen.note(self.position(5, 11)) == .current)
        #expect(seen.position == self.position(5, 11))
    }

    @Test func whatAnotherReignGaveTakesItsPlace() {
        var seen = SeenPosition()
        _ = seen.note(self.position(5, 10))
        let other = self.position(5, 7 | 3 << Offset.countBits)
        #expect(seen.note(other) == .current && seen.position == other)
        #expect(seen.note(self.position(5, 8)) == .current && seen.position == self.position(5, 8))
    }

    @Test func aHigherEpochBeginsWithItsOwnOffset() {
        var seen = SeenPosition()
        _ = seen.note(self.position(5, 10))
        #expect(seen.note(self.position(6, 1)) == .entered)
        #expect(seen.position == self.position(6, 1))
    }

    @Test func aLowerEpochChangesNothing() {
        var seen = SeenPosition()
        _ = seen.note(self.position(5, 10))
        #expect(seen.note(self.position(4, 99)) == .stale)
        #expect(seen.position == self.position(5, 10))
    }

    @Test func anEpochThatNoneCanFollowIsNeverEntered() throws {
        var seen = SeenPosition()
        let forged = try #require(EventID("ffffffffffffffff-0000000000000001"))
        #expect(seen.note(forged) == .stale && seen.position == nil)
        let real = try #require(EventID("6610706bcf2a3cbd-0000000000000001"))
        #expect(seen.note(real) == .entered)
        #expect(seen.note(forged) == .stale && seen.position == real)
    }
}
