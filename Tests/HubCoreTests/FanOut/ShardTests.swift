import ByteStrings
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import HubCore

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
