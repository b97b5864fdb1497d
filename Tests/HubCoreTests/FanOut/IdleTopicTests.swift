import NIOCore
import NIOEmbedded
import Testing

@testable import HubCore

@Suite struct IdleTopicTests {
    @Test func aTopicThatNobodyListensToIsLeftAfterALingerOfTheLoopsTime() throws {
        let hub = try TestHub(FanOutConfiguration(linger: .seconds(30)))
        try hub.publish()
        let first = try hub.join(StubOutlet())
        #expect(try hub.feeds() == 1)
        hub.shard.leave(first)
        hub.loop.advanceTime(by: .seconds(29))
        #expect(try hub.feeds() == 1)
        let second = try hub.join(StubOutlet())
        hub.loop.advanceTime(by: .seconds(60))
        #expect(try hub.feeds() == 1, "somebody is back")
        hub.shard.leave(second)
        hub.loop.advanceTime(by: .seconds(20))
        #expect(try hub.feeds() == 1)
        hub.loop.advanceTime(by: .seconds(12))
        #expect(try hub.feeds() == 0)
    }

    @Test func aTopicThatNobodyPublishedToIsLeftAtOnce() throws {
        let hub = try TestHub()
        let first = try hub.join(StubOutlet())
        let second = try hub.join(StubOutlet())
        hub.shard.leave(first)
        #expect(try hub.feeds() == 1)
        hub.shard.leave(second)
        #expect(try hub.feeds() == 0)
        let third = try hub.join(StubOutlet())
        try hub.publish()
        hub.shard.leave(third)
        #expect(try hub.feeds() == 1, "there is something to keep")
    }

    @Test func topicsThatNobodyListensToGoOldestFirst() throws {
        var configuration = FanOutConfiguration()
        configuration.idleFeedCount = 2
        let hub = try TestHub(configuration)
        for name in ["a", "b", "c", "a", "d"] {
            _ = hub.hub.bus.publish([try Sample.publication(name)])
            let outlet = StubOutlet()
            let stream = hub.shard.join(topics: [try Topic(name)], start: .latest, outlet: outlet)
            hub.loop.run()
            hub.shard.leave(stream)
            hub.loop.run()
        }
        #expect(hub.shard.view.partition.feeds.topics.map(\.name).sorted() == ["a", "d"])
    }

    @Test func topicsThatNobodyListensToHoldSoMuchAtMost() throws {
        var configuration = FanOutConfiguration()
        configuration.idleFeedByteCount = 3000
        let hub = try TestHub(configuration)
        for name in ["a", "b", "c"] {
            _ = hub.hub.bus.publish([try Sample.publication(name, data: String(repeating: "x", count: 500))])
            let stream = hub.shard.join(topics: [try Topic(name)], start: .latest, outlet: StubOutlet())
            hub.loop.run()
            hub.shard.leave(stream)
        }
        hub.loop.advanceTime(by: .seconds(2))
        #expect(hub.shard.view.partition.feeds.topics.map(\.name).sorted() == ["b", "c"])
    }

    @Test func thereIsRoomForSoManyTopicsAndNoMore() throws {
        var configuration = FanOutConfiguration()
        configuration.maximumFeeds = 3
        let hub = try TestHub(configuration)
        let topics = try ["a", "b", "c", "d"].map { name throws(InvalidEvent) in try Topic(name) }
        #expect(hub.shard.hasRoom(for: Array(topics[..<3])) && !hub.shard.hasRoom(for: topics))
        let stream = hub.shard.join(topics: Array(topics[..<3]), start: .latest, outlet: StubOutlet())
        // Before the feeds are made, too.
        #expect(!hub.shard.hasRoom(for: [topics[3]]) && hub.shard.hasRoom(for: [topics[1]]))
        hub.loop.run()
        let second = hub.shard.join(topics: [topics[0]], start: .latest, outlet: StubOutlet())
        hub.shard.leave(stream)
        hub.loop.run()
        #expect(hub.shard.hasRoom(for: [topics[1], topics[2]]) && !hub.shard.hasRoom(for: Array(topics[1...])))
        hub.shard.leave(second)
        hub.loop.run()
        #expect(hub.shard.hasRoom(for: Array(topics[..<3])))
        #expect(hub.shard.view.partition.room.left == 3)
    }
}
