import TestSupport
import Testing

@testable import HubCore

@Suite struct ReplayRingTests {
    @Test func beyondTheCountTheOldestGo() throws {
        var ring = ReplayRing(base: 10, isWhole: true, limit: RingLimit(count: 3, byteCount: .max))
        for event in try Sample.chain(after: 10, [20, 30, 40]) { ring.append(event) }
        #expect(ring.events.offsets == [20, 30, 40] && ring.base == 10 && ring.isWhole)
        ring.append(try Sample.event(50, after: 40))
        #expect(ring.events.offsets == [30, 40, 50] && ring.base == 20 && !ring.isWhole)
        #expect(ring.last == 50)
    }

    @Test func beyondTheBytesTheOldestGoButOneStays() throws {
        let size = try Sample.event(1, after: 0).byteCount
        var ring = ReplayRing(base: 0, isWhole: true, limit: RingLimit(count: 100, byteCount: 2 * size))
        for event in try Sample.chain(after: 0, [1, 2, 3]) { ring.append(event) }
        #expect(ring.events.offsets == [2, 3] && ring.base == 1)
        ring.append(try Sample.event(4, after: 3, data: String(repeating: "x", count: 10_000)))
        #expect(ring.events.offsets == [4] && ring.base == 3)
        ring.append(try Sample.event(5, after: 4))
        #expect(ring.events.offsets == [5] && ring.base == 4)
        ring.append(try Sample.event(6, after: 5))
        #expect(ring.events.offsets == [5, 6])
    }

    @Test func whatIsOlderThanTheAgeGoesWithTheNextEvent() throws {
        func event(_ milliseconds: UInt64, after previous: UInt64) throws -> Event {
            try Sample.event(milliseconds << Offset.sequenceBits, after: previous << Offset.sequenceBits)
        }
        var ring = ReplayRing(base: 0, isWhole: true, limit: RingLimit(age: 100))
        ring.append(try event(1000, after: 0))
        ring.append(try event(1050, after: 1000))
        ring.append(try event(1100, after: 1050))
        #expect(ring.events.map(\.offset.milliseconds) == [1000, 1050, 1100] && ring.isWhole, "just as old is held")
        ring.append(try event(1101, after: 1100))
        #expect(ring.events.map(\.offset.milliseconds) == [1050, 1100, 1101])
        #expect(ring.base.milliseconds == 1000 && !ring.isWhole)
        ring.append(try event(5000, after: 1101))
        #expect(ring.events.map(\.offset.milliseconds) == [5000], "the newest stays, however old")
        #expect(ring.base.milliseconds == 1101)
    }

    @Test func theTailOfALogIsTakenWithWhatItProves() throws {
        var page = LogPage(
            epoch: Sample.epoch, clock: 99, floor: 3, last: 40, entries: try Sample.chain(after: 20, [30, 40]),
            hasMore: true)
        let ring = ReplayRing(tail: page, limit: RingLimit())
        #expect(ring.base == 20 && ring.last == 40 && !ring.isWhole)
        page.hasMore = false
        #expect(ReplayRing(tail: page, limit: RingLimit()).isWhole)
        page.entries = []
        #expect(ReplayRing(tail: page, limit: RingLimit()).base == 40)
        page.last = nil
        #expect(ReplayRing(tail: page, limit: RingLimit()).base == 3)
    }

    @Test func aTailThatIsLargerThanTheRingIsCut() throws {
        let page = LogPage(
            epoch: Sample.epoch, clock: 99, floor: 0, last: 5, entries: try Sample.chain(after: 0, [1, 2, 3, 4, 5]),
            hasMore: false)
        let ring = ReplayRing(tail: page, limit: RingLimit(count: 2))
        #expect(ring.events.offsets == [4, 5] && ring.base == 3 && !ring.isWhole)
    }

    @Test func emptiedItKnowsThatNothingIsLeft() throws {
        var ring = ReplayRing(base: 0, isWhole: false, limit: RingLimit())
        ring.append(try Sample.event(7, after: 0))
        ring.removeAll(last: 7, isKept: true)
        #expect(ring.events.isEmpty && ring.base == 7 && ring.last == 7 && ring.isWhole && ring.latest == 7)
        ring.removeAll(last: 7, isKept: false)
        #expect(ring.base == 7 && ring.latest == nil)
    }

    @Test func itFindsEveryOffset() throws {
        var random = SeededGenerator(seed: 61)
        for _ in 0..<200 {
            let offsets = Set((0..<20).map { _ in UInt64.random(in: 1...60, using: &random) }).sorted()
            var ring = ReplayRing(base: 0, isWhole: true, limit: RingLimit())
            for event in try Sample.chain(after: 0, offsets) { ring.append(event) }
            for offset: UInt64 in 0...61 {
                #expect(ring.contains(Offset(rawValue: offset)) == offsets.contains(offset))
                let index = ring.events.firstIndex(after: Offset(rawValue: offset))
                #expect(index == offsets.firstIndex { $0 > offset } ?? offsets.count)
            }
        }
    }
}
