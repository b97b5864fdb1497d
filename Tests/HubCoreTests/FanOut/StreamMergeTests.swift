import TestSupport
import Testing

@testable import HubCore

@Suite struct StreamMergeTests {
    @Test func eventsComeInOneOrderAndOnce() throws {
        #expect(
            try Self.steps([Lane([10, 40], through: 50), Lane([20, 40, 45], through: 50)], from: 0)
                == [.event(10), .event(20), .event(40), .event(45), .end(50)])
    }

    @Test func whatIsBeforeThePlaceIsLeftOut() throws {
        #expect(try Self.steps([Lane([10, 20, 30], through: 30)], from: 20) == [.event(30), .end(30)])
    }

    @Test func nothingPassesWhatAnotherTopicIsKnownTo() throws {
        #expect(
            try Self.steps([Lane([10, 30], through: 50), Lane([], through: 20)], from: 0) == [.event(10), .end(20)])
        // Only the event right after the bound can come next, whichever topic it belongs to.
        #expect(
            try Self.steps([Lane([21, 22], through: 50), Lane([], through: 20)], from: 0) == [.event(21), .end(21)])
    }

    @Test func aGapIsToldBeforeWhatOtherTopicsHaveWithinIt() throws {
        #expect(
            try Self.steps([Lane([30], gap: 25, through: 50), Lane([10, 20, 40], through: 50)], from: 5) == [
                .gap([0], 9, safe: false), .event(10), .event(20), .event(30), .event(40), .end(50),
            ])
        #expect(
            try Self.steps([Lane([30], gap: 25, through: 50), Lane([10], through: 12)], from: 5)
                == [.gap([0], 9, safe: false), .event(10), .end(12)])
    }

    @Test func aGapOfATopicThatIsAheadIsToldWhenTheOthersHaveCome() throws {
        #expect(
            try Self.steps([Lane([60], start: 30, gap: 40, through: 70), Lane([10, 30, 50], through: 70)], from: 5) == [
                .event(10), .event(30), .gap([0], 40, safe: true), .event(50), .event(60), .end(70),
            ])
        #expect(
            try Self.steps([Lane([60], start: 30, gap: 40, through: 70), Lane([10], through: 29)], from: 5)
                == [.event(10), .end(29)])
    }

    @Test func gapsThatStartTogetherAreCrossedTogether() throws {
        #expect(
            try Self.steps([Lane([30], gap: 25, through: 50), Lane([], gap: 28, through: 50)], from: 5)
                == [.gap([0, 1], 28, safe: true), .event(30), .end(50)])
    }

    @Test func aGapWithNothingAfterItEndsWhereTheTopicsAreKnownTo() throws {
        #expect(
            try Self.steps([Lane([], gap: 25, through: 50), Lane([], through: 60)], from: 5)
                == [.gap([0], 50, safe: true), .end(50)])
    }

    @Test func aGapIsNotSafeWhileAnotherTopicHoldsTheEventThatItEndsWith() throws {
        #expect(
            try Self.steps([Lane([30], gap: 25, through: 50), Lane([25], through: 50)], from: 5)
                == [.gap([0], 24, safe: false), .event(25), .event(30), .end(50)])
    }

    @Test("Generated lanes give the sorted union of what is known up to the bound", arguments: 0..<10)
    func mergesGeneratedLanes(block: UInt64) throws {
        var random = SeededGenerator(seed: 8100 + block)
        for _ in 0..<200 {
            let position = UInt64.random(in: 0...10, using: &random)
            let lanes = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                let offsets = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                    UInt64.random(in: 1...60, using: &random)
                }
                return Lane(Set(offsets).sorted(), through: .random(in: 20...70, using: &random))
            }
            let bound = max(position, lanes.map(\.through).min()!)
            let union = Set(lanes.flatMap(\.offsets)).sorted().filter { $0 > position }
            let steps = try Self.steps(lanes, from: position)
            let sent = steps.compactMap { if case .event(let offset) = $0 { offset } else { nil } }
            let due = union.filter { $0 <= bound }
            #expect(sent == due || sent == due + [bound + 1])
            #expect(sent.count == due.count || union.contains(bound + 1))
            #expect(steps.last == .end(max(bound, sent.last ?? position)))
        }
    }

    // MARK: - A short notation

    private struct Lane {
        var offsets: [UInt64]
        var start: UInt64?
        var gap: UInt64?
        var through: UInt64

        init(_ offsets: [UInt64], start: UInt64? = nil, gap: UInt64? = nil, through: UInt64) {
            (self.offsets, self.start, self.gap, self.through) = (offsets, start, gap, through)
        }
    }

    private enum Step: Equatable {
        case event(UInt64)
        case gap([Int], UInt64, safe: Bool)
        case end(UInt64)
    }

    private static func steps(_ lanes: [Lane], from position: UInt64) throws -> [Step] {
        var merge = StreamMerge(
            lanes: try lanes.map { lane in
                var ring = ReplayRing(base: 0, isWhole: true, limit: RingLimit())
                for event in try Sample.chain(after: lane.gap ?? 0, lane.offsets) { ring.append(event) }
                return StreamMerge.Lane(
                    events: ring.events, index: ring.events.firstIndex(after: Offset(rawValue: position)),
                    start: Offset(rawValue: lane.start ?? position),
                    gap: lane.gap.map { Offset(rawValue: $0) }, through: Offset(rawValue: lane.through))
            }, from: Offset(rawValue: position))
        var steps: [Step] = []
        while true {
            switch merge.next() {
            case .event(let event): steps.append(.event(event.offset.rawValue))
            case .gap(let lanes, let position, let isSafe): steps.append(.gap(lanes, position.rawValue, safe: isSafe))
            case .end(let through): return steps + [.end(through.rawValue)]
            }
        }
    }
}
