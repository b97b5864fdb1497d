import Testing

@testable import HubCore

/// What a log forgets: idempotency keys, dropped buffers, and topics that have passed their age.
@Suite struct MemoryLogForgettingTests {
    private static let minute: UInt64 = 60 * 1000
    private let start: UInt64 = 1_700_000_000_000
    private let topic: Topic
    private var log: MemoryLog

    init() throws {
        self.topic = try Topic("a")
        self.log = MemoryLog(epoch: Sample.epoch, retention: .init(count: 10, age: 60 * Self.minute), now: self.start)
    }

    @Test mutating func aKeyIsGoodForTenMinutes() throws {
        let publication = try Sample.publication("a", key: "k")
        let (first, _) = self.log.publish(publication, now: self.start)
        let (again, events) = self.log.publish(publication, now: self.start + 10 * Self.minute - 1)
        #expect(again == PublishedEvent(id: first.id, topics: publication.topics, isRepeat: true))
        #expect(events.isEmpty)
        // Repeating it does not make it live longer.
        let (second, _) = self.log.publish(publication, now: self.start + 10 * Self.minute)
        #expect(!second.isRepeat && second.id.offset > first.id.offset)
    }

    @Test mutating func aClockThatIsPutBackDoesNotLetAKeyLiveOn() throws {
        let publication = try Sample.publication("a", key: "k")
        let hour = 60 * Self.minute
        _ = self.log.publish(publication, now: self.start + hour, uptime: 0)
        #expect(self.log.publish(publication, now: self.start, uptime: 10 * Self.minute - 1).0.isRepeat)
        #expect(!self.log.publish(publication, now: self.start, uptime: 10 * Self.minute).0.isRepeat)
    }

    @Test mutating func aRepeatNamesTheTopicsThatItWasAskedFor() throws {
        let first = self.log.publish(try Sample.publication("a", key: "k"), now: self.start).0
        let other = try Sample.publication("b", key: "k")
        #expect(self.log.publish(other, now: self.start).0 == .init(id: first.id, topics: other.topics, isRepeat: true))
        #expect(self.log.summary(of: try Topic("b")) == nil)
    }

    @Test mutating func keysAreToldApart() throws {
        let ids = try ["k", "K", "k2"].map {
            self.log.publish(try Sample.publication("a", key: $0), now: self.start).0
        }
        #expect(ids.allSatisfy { !$0.isRepeat })
        #expect(Set(ids.map(\.id)).count == 3)
    }

    @Test mutating func aDroppedBufferKeepsTheLastOffset() throws {
        #expect(self.log.delete(self.topic) == nil)
        let last = self.log.publish(try Sample.publication("a"), now: self.start).0.id
        #expect(self.log.delete(self.topic) == last.offset)
        let page = self.log.page(self.topic, .tail, limit: 10)
        #expect(page.entries.isEmpty && !page.hasMore)
        #expect(page.last == last.offset && page.base == last.offset)
        #expect(self.log.publish(try Sample.publication("a"), now: self.start).1.map(\.previous) == [last.offset])
    }

    @Test mutating func aTopicIsRetiredOnceItsLastEventHasPassedItsAge() throws {
        let id = self.log.publish(try Sample.publication("a"), now: self.start).0.id
        let other = self.log.publish(try Sample.publication("b"), now: self.start + 5).0.id
        #expect(self.log.retire(now: self.start + 60 * Self.minute).isEmpty)
        let retired = self.log.retire(now: self.start + 60 * Self.minute + 1)
        #expect(retired.map(\.topic) == [self.topic] && retired.map(\.last) == [id.offset])
        #expect(self.log.floor == .zero, "other topics' cursors stay complete")
        #expect(self.log.summary(of: self.topic) == nil)
        let page = self.log.page(self.topic, .tail, limit: 10)
        #expect(page.last == id.offset && page.base == id.offset && page.entries.isEmpty)
        // One that comes back goes on after its last event.
        #expect(self.log.publish(try Sample.publication("a"), now: self.start).1.map(\.previous) == [id.offset])
        #expect(self.log.summary(of: try Topic("b"))?.latest == other)
    }

    @Test func theFloorStandsForRetiredTopicsThatAreForgotten() throws {
        var log = MemoryLog(epoch: Sample.epoch, retention: .init(count: 10, age: 1000), now: self.start, remembered: 2)
        let ids = try ["a", "b", "c"].enumerated().map { number, name in
            log.publish(try Sample.publication(name), now: self.start + UInt64(number)).0.id
        }
        _ = log.retire(now: self.start + 1001)
        _ = log.retire(now: self.start + 1002)
        #expect(log.floor == .zero)
        _ = log.retire(now: self.start + 1003)
        #expect(log.floor == ids[0].offset)
        #expect(try ["a", "b", "c"].map { log.page(try Topic($0), .tail, limit: 1).base } == ids.map(\.offset))
        #expect(try log.page(Topic("d"), .tail, limit: 1).base == ids[0].offset)
        // One that is back is no longer remembered, and takes nobody's place.
        let back = log.publish(try Sample.publication("b"), now: self.start + 1003).1
        #expect(back.map(\.previous) == [ids[1].offset])
        _ = log.publish(try Sample.publication("e"), now: self.start + 1004)
        _ = log.retire(now: self.start + 3000)
        #expect(log.floor == ids[2].offset)
    }

    @Test func theFloorNeverSinks() throws {
        var log = MemoryLog(
            epoch: Sample.epoch, retention: .init(count: 10, age: 60 * Self.minute), now: self.start, remembered: 0)
        _ = log.publish(try Sample.publication("b"), now: self.start)
        _ = log.publish(try Sample.publication("a"), now: self.start + 1)
        _ = log.retire(now: self.start + 60 * Self.minute + 2)
        let floor = log.floor
        #expect(floor == log.clock)
        _ = log.publish(try Sample.publication("c"), now: self.start - 60 * Self.minute)
        _ = log.retire(now: self.start + 200 * Self.minute)
        #expect(log.floor > floor)
    }

    @Test mutating func aDroppedTopicIsRetiredToo() throws {
        let id = self.log.publish(try Sample.publication("a"), now: self.start).0.id
        _ = self.log.delete(self.topic)
        #expect(self.log.retire(now: self.start + 61 * Self.minute).map(\.last) == [id.offset])
    }

    @Test mutating func aClockThatStepsBackRetiresAndTrimsNothing() throws {
        for tick: UInt64 in 0..<3 { _ = self.log.publish(try Sample.publication("a"), now: self.start + tick) }
        #expect(self.log.retire(now: 0).isEmpty)
        _ = self.log.publish(try Sample.publication("a"), now: 0)
        #expect(self.log.summary(of: self.topic)?.eventCount == 4)
    }
}
