import Testing

@testable import HubCore

/// The positions of a stream's topics while topics come and go.
@Suite struct StreamProgressTests {
    private static func progress(at position: Offset, topics: Int) -> StreamProgress {
        var progress = StreamProgress(topicCount: topics)
        progress.begin(at: position) { _ in .prove }
        return progress
    }

    @Test func aTopicFromThePastTakesThePositionBackAndTheOthersWait() {
        var progress = Self.progress(at: 50, topics: 2)
        progress.add(at: 20, .prove)
        #expect(progress.position == 20)
        #expect((0..<3).map(progress.reached) == [50, 50, 20])
        #expect(!progress.isTogether)
        progress.advance(to: 50)
        #expect(progress.isTogether)
    }

    @Test func aTopicThatBeginsLaterWaitsItself() {
        var progress = Self.progress(at: 50, topics: 1)
        progress.add(at: 70, .prove)
        #expect(progress.position == 50)
        #expect((0..<2).map(progress.reached) == [50, 70])
    }

    @Test func pastsAreReplayedWithinPasts() {
        var progress = Self.progress(at: 50, topics: 1)
        progress.add(at: 20, .prove)
        progress.advance(to: 30)
        progress.add(at: 10, .prove)
        #expect(progress.position == 10)
        #expect((0..<3).map(progress.reached) == [50, 30, 10])
        progress.add(at: 40, .prove)
        #expect((0..<4).map(progress.reached) == [50, 30, 10, 40])
    }

    @Test func withoutTheTopicThatIsBehindThePositionIsThatOfTheOthers() {
        var progress = Self.progress(at: 50, topics: 1)
        progress.add(at: 20, .prove)
        progress.advance(to: 30)
        progress.remove(1)
        #expect(progress.position == 50)
        #expect(progress.isTogether)
        progress.remove(0)
        #expect(progress.topicCount == 0)
        progress.add(at: 5, .prove)
        #expect(progress.position == 5)
    }

    @Test func aGapThatWasToldKeepsItsTopicAheadOfTheOthers() {
        var progress = Self.progress(at: 50, topics: 2)
        progress.cross([(topic: 1, end: 80)], to: 60)
        #expect(progress.position == 60)
        #expect((0..<2).map(progress.reached) == [60, 80])
        #expect((0..<2).map(progress.origin) == [50, 80])
        #expect(!progress.isTogether)
        progress.advance(to: 90)
        #expect(progress.isTogether)
        #expect((0..<2).map(progress.reached) == [90, 90])
    }

    @Test func aResetThatWasSaidIsNotSaidAgain() {
        var progress = Self.progress(at: 50, topics: 1)
        progress.add(at: 20, .announce(.lost, requested: "x"))
        #expect(progress.isAnnouncing)
        progress.cross([(topic: 1, end: 20)], to: 20)
        #expect(progress.provesOnly && !progress.isAnnouncing)
        #expect((0..<2).map(progress.reached) == [50, 20])
    }

    @Test func whatIsOnlyToBeProvedFromTheEarliestBeginsWhereItIsFound() {
        var progress = StreamProgress(topicCount: 2)
        progress.begin(at: .zero) { $0 == 0 ? .accept(until: .maximum) : .prove }
        progress.limitBeginnings(to: 40)
        #expect(progress.policy(0) == .accept(until: 40))
        progress.settleBeginnings([(topic: 0, position: 30)])
        #expect(progress.policy(0) == .prove)
        #expect((0..<2).map(progress.reached) == [30, 0])
    }
}
