import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import HubCore

/// Streams of many topics that come back at once, each far behind what the rings hold.
@Suite struct CatchUpStormTests {
    private static let topicCount = 40
    private static let eventsPerTopic = 100
    private static let pageCount = 10

    @Test("A storm of streams of many topics ends, however little memory its pages may take", arguments: [64 << 20, 1])
    func aStormEnds(pageByteCount: Int) throws {
        let storm = try Storm(pageByteCount: pageByteCount)
        let outlets = try storm.join(10) { _ in .earliest }
        storm.run(untilAllOf: outlets, have: Self.topicCount * Self.eventsPerTopic)
        #expect(outlets.allSatisfy { $0.delivered == Self.topicCount * Self.eventsPerTopic && $0.resets.isEmpty })
        storm.loop.advanceTime(by: .seconds(2))
        #expect(storm.shard.view.partition.pageBudget.heldByteCount == 0)
        let pages = Self.topicCount * (Self.eventsPerTopic / Self.pageCount)
        if pageByteCount > 1 { #expect(try storm.pageReads() <= 2 * pages) }
    }

    @Test func streamsThatBeginAtManyPlacesShareTheirPages() throws {
        let storm = try Storm(pageByteCount: 64 << 20)
        let outlets = try storm.join(10) { .cursor(storm.ids[$0 * 17].description) }
        storm.run(untilAllOf: outlets, have: 1)
        storm.loop.advanceTime(by: .seconds(1))
        for (number, outlet) in outlets.enumerated() {
            #expect(outlet.delivered == Self.topicCount * Self.eventsPerTopic - number * 17 - 1)
        }
        #expect(try storm.pageReads() <= 2 * Self.topicCount * (Self.eventsPerTopic / Self.pageCount))
    }

    @Test func aStreamThatTakesNothingKeepsItsPagesForAWhileOnly() throws {
        let storm = try Storm(pageByteCount: 64 << 20)
        let outlet = StubOutlet()
        outlet.isWritable = false
        let subscriber = storm.join(outlet, from: .earliest)
        storm.loop.advanceTime(by: .seconds(1))
        #expect(storm.shard.view.partition.pageBudget.heldByteCount > 0)
        storm.loop.advanceTime(by: .seconds(3))
        #expect(storm.shard.view.partition.pageBudget.heldByteCount == 0)
        outlet.isWritable = true
        storm.shard.resume(subscriber)
        storm.run(untilAllOf: [outlet], have: Self.topicCount * Self.eventsPerTopic)
        #expect(outlet.delivered == Self.topicCount * Self.eventsPerTopic)
    }

    @Test func streamsThatLeaveTakeTheirPagesWithThem() throws {
        let storm = try Storm(pageByteCount: 1)
        let streams = (0..<5).map { _ in
            let outlet = StubOutlet()
            outlet.isWritable = false
            return storm.join(outlet, from: .earliest)
        }
        storm.loop.advanceTime(by: .milliseconds(50))
        streams.forEach(storm.shard.leave)
        let outlet = StubOutlet()
        _ = storm.join(outlet, from: .earliest)
        storm.run(untilAllOf: [outlet], have: Self.topicCount * Self.eventsPerTopic)
        #expect(outlet.delivered == Self.topicCount * Self.eventsPerTopic)
        storm.loop.advanceTime(by: .seconds(2))
        #expect(storm.shard.view.partition.pageBudget.heldByteCount == 0)
    }

    @Test func whoEndsAfterAFewEventsReadsFew() throws {
        let storm = try Storm(pageByteCount: 64 << 20, pageCount: Self.eventsPerTopic)
        let held = [Self.topicCount, Int.max].map { limit in
            let outlet = StubOutlet()
            outlet.batchLimit = limit
            outlet.takesOneAtATime = limit == .max
            let subscriber = storm.join(outlet, from: .earliest)
            storm.loop.advanceTime(by: .milliseconds(200))
            #expect(limit == .max ? outlet.delivered > 0 : outlet.delivered == limit)
            defer {
                storm.shard.leave(subscriber)
                storm.loop.advanceTime(by: .seconds(3))
            }
            return storm.shard.view.partition.pageBudget.heldByteCount
        }
        #expect(held[0] > 0 && held[0] * 4 < held[1], "\(held)")
    }

    @Test func pollsInARowCostHardlyMoreReadsThanThereArePages() throws {
        let storm = try Storm(pageByteCount: 64 << 20, pageCount: Self.eventsPerTopic)
        let (limit, count) = (Self.topicCount * 2, Self.topicCount * Self.eventsPerTopic)
        for begin in stride(from: 0, to: count, by: limit) {
            let outlet = StubOutlet()
            outlet.batchLimit = limit
            let subscriber = storm.join(
                outlet, from: begin == 0 ? .earliest : .cursor(storm.ids[begin - 1].description))
            storm.run(untilAllOf: [outlet], have: limit)
            #expect(outlet.delivered == limit && outlet.resets.isEmpty)
            storm.shard.leave(subscriber)
        }
        // Of 16, of 64 and of what is left: and one more for each, as far as one topic's end is not yet another's.
        #expect(try storm.pageReads() <= 5 * Self.topicCount)
    }

    /// A hub whose logs are much longer than its rings.
    private struct Storm {
        let loop = EmbeddedEventLoop()
        let hub: Hub
        let shard: Shard
        let topics: [Topic]
        let ids: [EventID]

        init(pageByteCount: Int, pageCount: Int = CatchUpStormTests.pageCount) throws {
            let bus = MemoryBus(eventLoop: self.loop, replayCount: eventsPerTopic, replayAge: .hours(1))
            let configuration = FanOutConfiguration(
                ringLimit: RingLimit(count: 8), tailCount: 4, pageCount: pageCount, pageByteCount: pageByteCount)
            self.hub = Hub(bus: bus, loops: [self.loop], configuration: configuration, logger: Logger(label: "storm"))
            self.shard = try #require(self.hub.shard(on: self.loop))
            self.topics = try (0..<topicCount).map { try Topic("t\($0)") }
            self.hub.start()
            self.loop.run()
            var ids: [EventID] = []
            for _ in 0..<eventsPerTopic {
                let published = bus.publish(try (0..<topicCount).map { try Sample.publication("t\($0)") })
                self.loop.run()
                ids += try published.wait().map(\.id)
            }
            self.ids = ids
        }

        func join(_ outlet: StubOutlet, from start: StartPosition) -> Subscriber {
            self.shard.join(topics: self.topics, start: start, outlet: outlet)
        }

        func join(_ count: Int, from start: (Int) -> StartPosition) throws -> [StubOutlet] {
            let outlets = (0..<count).map { _ in StubOutlet() }
            for (number, outlet) in outlets.enumerated() { _ = self.join(outlet, from: start(number)) }
            return outlets
        }

        /// Lets a minute pass at most, which is far more than is needed.
        func run(untilAllOf outlets: [StubOutlet], have count: Int) {
            for _ in 0..<6000 where !outlets.allSatisfy({ $0.delivered >= count }) {
                self.loop.advanceTime(by: .milliseconds(10))
            }
        }

        func pageReads() throws -> Int {
            let statistics = self.hub.statistics()
            self.loop.run()
            return try statistics.wait().feeds.counters.pageReads
        }
    }
}
