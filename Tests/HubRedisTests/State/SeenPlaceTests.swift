import HubCore
import Testing

@testable import HubRedis

@Suite struct SeenPlaceTests {
    private func place(_ epoch: UInt64, _ offset: UInt64) -> EventID {
        EventID(epoch: Epoch(rawValue: epoch), offset: Offset(rawValue: offset))
    }

    @Test func theFirstPlaceEntersItsEpoch() {
        var seen = SeenPlace()
        #expect(seen.note(self.place(5, 10)) == .entered)
        #expect(seen.place == self.place(5, 10))
    }

    @Test func theHighestOffsetIsKept() {
        var seen = SeenPlace()
        _ = seen.note(self.place(5, 10))
        #expect(seen.note(self.place(5, 8)) == .current)
        #expect(seen.place == self.place(5, 10))
        #expect(seen.note(self.place(5, 11)) == .current)
        #expect(seen.place == self.place(5, 11))
    }

    @Test func aHigherEpochBeginsWithItsOwnOffset() {
        var seen = SeenPlace()
        _ = seen.note(self.place(5, 10))
        #expect(seen.note(self.place(6, 1)) == .entered)
        #expect(seen.place == self.place(6, 1))
    }

    @Test func aLowerEpochChangesNothing() {
        var seen = SeenPlace()
        _ = seen.note(self.place(5, 10))
        #expect(seen.note(self.place(4, 99)) == .stale)
        #expect(seen.place == self.place(5, 10))
    }

    @Test func anEpochThatNoneCanFollowIsNeverEntered() throws {
        var seen = SeenPlace()
        let forged = try #require(EventID("ffffffffffffffff-0000000000000001"))
        #expect(seen.note(forged) == .stale && seen.place == nil)
        let real = try #require(EventID("6610706bcf2a3cbd-0000000000000001"))
        #expect(seen.note(real) == .entered)
        #expect(seen.note(forged) == .stale && seen.place == real)
    }
}
