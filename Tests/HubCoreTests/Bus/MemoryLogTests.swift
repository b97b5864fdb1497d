import TestSupport
import Testing

@testable import HubCore

@Suite struct MemoryLogTests {
    private static let second: UInt64 = 1000
    private let start: UInt64 = 1_700_000_000_000
    private let topic: Topic

    init() throws {
        self.topic = try Topic("a")
    }

    private func makeLog(count: Int = 1000, age: UInt64 = 3600 * second) -> MemoryLog {
        MemoryLog(epoch: Sample.epoch, retention: .init(count: count, age: age), now: self.start)
    }

    @Test func offsetsRiseOverAllTopicsAndEveryEntryNamesThePreviousOne() throws {
        var log = self.makeLog()
        var random = SeededGenerator(seed: 51)
        var now = self.start
        var last = log.clock
        var lasts: [Topic: Offset] = [:]
        for _ in 0..<2000 {
            now += .random(in: 0...2, using: &random)
            let names = ["a", "b", "c"].shuffled(using: &random).prefix(.random(in: 1...3, using: &random))
            let topics = try names.map { try Topic($0) }
            let (published, events) = log.publish(try Publication(topics: topics, data: EventData("")), now: now)
            #expect(published == PublishedEvent(id: published.id, topics: topics, isRepeat: false))
            #expect(published.id.offset > last)
            #expect(events.map(\.topic) == topics)
            for event in events {
                #expect(event.id == published.id)
                #expect(event.previous == lasts[event.topic] ?? .zero)
                lasts[event.topic] = event.offset
            }
            last = published.id.offset
            #expect(log.clock == last)
        }
    }

    @Test func aFullMillisecondCarriesIntoTheNext() throws {
        let full = try #require(Offset(milliseconds: self.start, sequence: 1022))
        var log = MemoryLog(epoch: Sample.epoch, retention: .init(count: 10, age: 1000), clock: full)
        let offsets = try (0..<3).map { _ in log.publish(try Sample.publication("a"), now: self.start).0.id.offset }
        #expect(
            offsets.map(\.streamID) == ["\(self.start)-1023", "\(self.start + 1)-0", "\(self.start + 1)-1"])
        // And the clock of the world takes over again when it has caught up.
        let next = log.publish(try Sample.publication("a"), now: self.start + 2).0.id.offset
        #expect(next.streamID == "\(self.start + 2)-0")
    }

    @Test func aClockThatStepsBackDoesNotTakeOffsetsWithIt() throws {
        var log = self.makeLog()
        let publication = try Sample.publication("a")
        let first = log.publish(publication, now: self.start + 50).0.id
        let second = log.publish(publication, now: self.start - 3600 * Self.second).0.id
        #expect(second.offset.rawValue == first.offset.rawValue + 1)
        let third = log.publish(publication, now: self.start + 60).0.id
        #expect(third.offset == Offset(milliseconds: self.start + 60, sequence: 0))
    }

    @Test func onlyTheNewestAreKept() throws {
        var log = self.makeLog(count: 3)
        let ids = try (0..<10).map { log.publish(try Sample.publication("a"), now: self.start + $0).0.id }
        let page = log.page(self.topic, .tail, limit: 100)
        #expect(page.entries.map(\.id) == Array(ids.suffix(3)))
        #expect(page.base == ids[6].offset)
        #expect(log.summary(of: self.topic)?.eventCount == 3)
    }

    @Test func whatHasPassedItsAgeIsTrimmedByTheNextPublication() throws {
        var log = self.makeLog(age: 10)
        for tick: UInt64 in [0, 5, 10, 14] { _ = log.publish(try Sample.publication("a"), now: self.start + tick) }
        let old = log.page(self.topic, .tail, limit: 100).entries.map { $0.offset.milliseconds - self.start }
        #expect(old == [5, 10, 14])
        _ = log.publish(try Sample.publication("a"), now: self.start + 20)
        let new = log.page(self.topic, .tail, limit: 100).entries.map { $0.offset.milliseconds - self.start }
        #expect(new == [10, 14, 20])
    }

    @Test func tailAndPagesAreWindowsOfOneSequence() throws {
        var log = self.makeLog()
        let ids = try (0..<10).map { _ in log.publish(try Sample.publication("a"), now: self.start).0.id }
        let tail = log.page(self.topic, .tail, limit: 4)
        #expect(tail.entries.map(\.id) == Array(ids[6...]))
        #expect(tail.hasMore)
        #expect(tail.base == ids[5].offset)
        #expect(tail.last == ids[9].offset && tail.clock == ids[9].offset)
        let page = log.page(self.topic, .after(ids[1].offset), limit: 3)
        #expect(page.entries.map(\.id) == Array(ids[2...4]))
        #expect(page.hasMore)
        let rest = log.page(self.topic, .after(ids[6].offset), limit: 3)
        #expect(rest.entries.map(\.id) == Array(ids[7...]))
        #expect(!rest.hasMore)
        #expect(log.page(self.topic, .after(ids[9].offset), limit: 3).entries.isEmpty)
    }

    @Test func topicsAreListedByTheirBytes() throws {
        var log = self.makeLog()
        for name in ["b", "a", "é", "z", "ab", "e\u{301}"] {
            _ = log.publish(try Sample.publication(name), now: self.start)
        }
        #expect(log.topics(after: nil, limit: 10).map(\.topic.name.utf8.count) == [1, 2, 1, 3, 1, 2])
        #expect(log.topics(after: try Topic("ab"), limit: 2).map(\.topic) == [try Topic("b"), try Topic("e\u{301}")])
        #expect(log.topics(after: try Topic("é"), limit: 2).isEmpty)
    }
}
