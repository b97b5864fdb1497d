import ByteStrings
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import HubCore

/// A hub on a loop whose clock is moved by hand.
private struct TestHub {
    let loop = EmbeddedEventLoop()
    let hub: Hub
    let shard: Shard

    init(_ configuration: FanOutConfiguration = FanOutConfiguration()) throws {
        let bus = MemoryBus(eventLoop: self.loop, replayCount: 100, replayAge: .hours(1))
        self.hub = Hub(bus: bus, loops: [self.loop], configuration: configuration, logger: Logger(label: "test"))
        self.shard = try #require(self.hub.shard(on: self.loop))
        self.hub.start()
        self.loop.run()
    }

    func join(_ outlet: StubOutlet, start: StartPosition = .latest) throws -> Subscriber {
        let subscriber = self.shard.join(topics: [try Topic("t")], start: start, outlet: outlet)
        self.loop.run()
        return subscriber
    }

    func publish() throws {
        _ = self.hub.bus.publish([try Sample.publication("t")])
        self.loop.run()
    }

    func feeds() throws -> Int {
        let statistics = self.hub.statistics()
        self.loop.run()
        return try statistics.wait().feeds.feeds
    }
}

@Suite struct ShardTests {
    @Test func aStreamThatTakesNothingIsClosedButNotOneThatTakesALittle() throws {
        let hub = try TestHub(FanOutConfiguration(stallTimeout: .seconds(10)))
        let outlets = [StubOutlet(), StubOutlet()]
        for outlet in outlets {
            _ = try hub.join(outlet)
            outlet.isWritable = false
            outlet.backlog = 1000
        }
        try hub.publish()
        for round in 1...20 {
            outlets[0].backlog = 1000 - round
            hub.loop.advanceTime(by: .seconds(9))
            #expect(outlets[0].closed == nil, "round \(round)")
        }
        #expect(outlets[1].closed == .slow)
        hub.loop.advanceTime(by: .seconds(25))
        #expect(outlets[0].closed == .slow, "then it takes nothing either")
        #expect(outlets.allSatisfy { $0.delivered == 0 })
    }

    @Test func aStreamThatTookEverythingIsNotWatchedAnyLonger() throws {
        let hub = try TestHub(FanOutConfiguration(stallTimeout: .seconds(10)))
        let outlet = StubOutlet()
        let subscriber = try hub.join(outlet)
        outlet.isWritable = false
        try hub.publish()
        hub.loop.advanceTime(by: .seconds(9))
        outlet.isWritable = true
        hub.shard.resume(subscriber)
        hub.loop.advanceTime(by: .seconds(60))
        #expect(outlet.closed == nil && outlet.delivered == 1)
    }

    @Test func aStreamLastsAsLongAsWasSaidLast() throws {
        let hub = try TestHub()
        let (kept, ended) = (StubOutlet(), StubOutlet())
        var streams: [Subscriber] = []
        for outlet in [kept, ended] {
            streams.append(
                hub.shard.join(topics: [try Topic("t")], start: .latest, outlet: outlet, lifetime: .seconds(10)))
        }
        hub.loop.run()
        hub.loop.advanceTime(by: .seconds(9))
        hub.shard.renew(streams[0], owner: nil, lifetime: .seconds(100))
        hub.loop.advanceTime(by: .seconds(50))
        #expect(kept.closed == nil && ended.closed == .expired)
        hub.loop.advanceTime(by: .seconds(60))
        #expect(kept.closed == .expired)
    }

    @Test func allStreamsOfAnOwnerEndThatWereLetInBefore() throws {
        let hub = try TestHub()
        let owners = [
            StreamOwner(name: "ada", issued: 10), StreamOwner(name: "ada", issued: nil),
            StreamOwner(name: "ada", issued: 30),
            StreamOwner(name: "bob", issued: 10), nil,
        ]
        let outlets = owners.map { _ in StubOutlet() }
        var streams: [Subscriber] = []
        for (owner, outlet) in zip(owners, outlets) {
            streams.append(hub.shard.join(topics: [try Topic("t")], start: .latest, outlet: outlet, owner: owner))
        }
        hub.loop.run()
        hub.hub.revoke("ada", issuedUpTo: 20)
        hub.loop.run()
        #expect(outlets.map(\.closed) == [.revoked, .revoked, nil, nil, nil])
        // One that is another's since, or that has left, is not meant any more.
        hub.shard.renew(streams[2], owner: StreamOwner(name: "bob", issued: 30), lifetime: nil)
        hub.shard.leave(streams[3])
        hub.hub.revoke("ada", issuedUpTo: 99)
        hub.hub.revoke("bob", issuedUpTo: 20)
        hub.loop.run()
        #expect(outlets[2].closed == nil && outlets[3].closed == nil)
        hub.hub.revoke("bob", issuedUpTo: 30)
        hub.loop.run()
        #expect(outlets[2].closed == .revoked && outlets[4].closed == nil)
    }

    @Test(arguments: [FanOutConfiguration.SlowConsumer.skip, .close])
    func aReplayIsNotHeldToBeSlow(_ policy: FanOutConfiguration.SlowConsumer) throws {
        let hub = try TestHub(FanOutConfiguration(slowConsumer: policy, catchUpByteCount: 1))
        for _ in 0..<5 { try hub.publish() }
        let outlet = StubOutlet()
        let subscriber = hub.shard.join(topics: [try Topic("t")], start: .earliest, outlet: outlet)
        outlet.takesOneAtATime = true
        for count in 1...5 {
            hub.loop.run()
            hub.loop.advanceTime(by: .milliseconds(10))
            #expect(outlet.delivered == count && outlet.resets.isEmpty && outlet.closed == nil)
            outlet.isWritable = true
            hub.shard.resume(subscriber)
        }
        #expect(hub.shard.statistics.parked == 0)
    }

    @Test func aStreamThatHasEndedIsForgottenLongBeforeItsTimesCome() throws {
        let hub = try TestHub()
        weak var outlet: StubOutlet?
        do {
            let ended = StubOutlet()
            outlet = ended
            let subscriber = hub.shard.join(
                topics: [try Topic("t")], start: .latest, outlet: ended, lifetime: .seconds(25))
            hub.loop.run()
            hub.shard.leave(subscriber)
        }
        #expect(outlet == nil)
        hub.loop.advanceTime(by: .seconds(30))
    }

    @Test func aStreamThatCannotSkipGoesOnFromItsPlaceAndIsCounted() throws {
        let hub = try TestHub(FanOutConfiguration(slowConsumer: .skip))
        _ = hub.hub.bus.publish([try Sample.publication("u")])
        try hub.publish()
        let outlet = StubOutlet()
        let subscriber = try hub.join(outlet)
        outlet.isWritable = false
        try hub.publish()
        // The added topic begins before the stream's position, so that there is more than a gap to tell of.
        hub.shard.subscribe(subscriber, to: try Topic("u"), from: .earliest) { _ in }
        hub.loop.run()
        outlet.isWritable = true
        hub.shard.resume(subscriber)
        hub.loop.run()
        #expect(outlet.delivered == 2 && outlet.resets.isEmpty)
        #expect(hub.shard.statistics.parked == 1)
        #expect(hub.shard.statistics.resumed == 1 && hub.shard.statistics.skipped == 0)
    }

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

    @Test func aCursorThatIsNoneOfOursIsRepeatedInPart() throws {
        let hub = try TestHub()
        for (cursor, shown) in [
            ("short", "short"), (String(repeating: "x", count: 5000), String(repeating: "x", count: 128)),
            ("x" + String(repeating: "ä", count: 500), "x" + String(repeating: "ä", count: 63)),
        ] {
            let outlet = StubOutlet()
            _ = try hub.join(outlet, start: .cursor(cursor))
            hub.loop.advanceTime(by: .seconds(1))
            #expect(outlet.resets.map(\.requested) == [shown])
        }
    }

    @Test func aReadThatWasAskedForBeforeATopicWasLeftIsNoAnswerToALaterFeed() throws {
        let server = SimulatedServer(retained: 100)
        let bus = SimulatedBus(server: server)
        server.members.append(bus)
        let loop = EmbeddedEventLoop()
        let configuration = FanOutConfiguration(linger: .seconds(1))
        let hub = Hub(bus: bus, loops: [loop], configuration: configuration, logger: Logger(label: "test"))
        let shard = try #require(hub.shard(on: loop))
        let topic = try Topic("t")
        hub.start()
        func move(_ body: () -> Void) {
            bus.loop.run()
            body()
            bus.loop.run()
            loop.run()
        }
        move {}
        let first = shard.join(topics: [topic], start: .latest, outlet: StubOutlet())
        move { bus.deliver(.max) }
        move { bus.carryOutRead() }
        // Nobody is left to hear of this event, and the read does not know it yet.
        shard.leave(first)
        move { bus.loop.advanceTime(by: .seconds(3)) }
        server.publish(try Sample.publication("t"))
        let outlet = StubOutlet()
        _ = shard.join(topics: [topic], start: .earliest, outlet: outlet)
        move { bus.deliver(.max) }
        move { bus.answerRead(failing: false) }
        #expect(shard.view.topics[topic]?.isLive == false, "that was the answer to the earlier feed")
        move { bus.carryOutRead() }
        move { bus.answerRead(failing: false) }
        loop.advanceTime(by: .seconds(1))
        #expect(shard.view.topics[topic]?.isLive == true && outlet.delivered == 1)
    }

    @Test func theClockOfAnEarlierEpochConfirmsNothing() throws {
        let server = SimulatedServer(retained: 100)
        let bus = SimulatedBus(server: server)
        server.members.append(bus)
        let loop = EmbeddedEventLoop()
        let hub = Hub(bus: bus, loops: [loop], logger: Logger(label: "test"))
        let shard = try #require(hub.shard(on: loop))
        hub.start()
        func move(_ body: () -> Void) {
            bus.loop.run()
            body()
            bus.loop.run()
            loop.run()
            loop.advanceTime(by: .milliseconds(1))
        }
        server.publish(try Sample.publication("t"))
        let old = server.log.epoch
        let ahead = EventID(epoch: old, offset: Offset(rawValue: server.log.clock.rawValue + 5))
        move {}
        _ = shard.join(topics: [try Topic("t")], start: .cursor(ahead.description), outlet: StubOutlet())
        move { bus.deliver(.max) }
        move { bus.carryOutRead() }
        move { bus.answerRead(failing: false) }
        // The cursor is ahead of what the feed knows: the bus itself is asked, and answers before the new epoch.
        move { bus.carryOutRead() }
        server.rotate(old)
        move { bus.probe() }
        move { bus.deliver(.max) }
        #expect(shard.view.state.epoch == server.log.epoch)
        move { bus.answerRead(failing: false) }
        #expect(shard.view.state.clock == .zero)
    }
}
