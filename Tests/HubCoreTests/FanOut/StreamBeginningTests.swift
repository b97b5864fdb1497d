import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import HubCore

/// A hub on a simulated bus, moved by hand.
private final class BeginningHub {
    let server = SimulatedServer(retained: 100)
    let bus: SimulatedBus
    let loop = EmbeddedEventLoop()
    let hub: Hub
    let shard: Shard
    private(set) var items: [SimulatedClient.Item] = []

    init(isMet: Bool, _ slowConsumer: FanOutConfiguration.SlowConsumer = .resume) throws {
        self.bus = SimulatedBus(server: self.server, isMet: isMet)
        self.server.members.append(self.bus)
        var configuration = FanOutConfiguration(slowConsumer: slowConsumer)
        configuration.wallClock = { 1_000_000 }
        self.hub = Hub(bus: self.bus, loops: [self.loop], configuration: configuration, logger: Logger(label: "test"))
        self.shard = try #require(self.hub.shard(on: self.loop))
        self.hub.start()
        self.move {}
    }

    func move(_ body: () -> Void) {
        self.bus.loop.run()
        body()
        self.bus.loop.run()
        self.loop.run()
        self.loop.advanceTime(by: .milliseconds(1))
    }

    func read() {
        self.move { self.bus.carryOutRead() }
        self.move { self.bus.answerRead(failing: false) }
    }

    func join(_ topics: String..., start: StartPosition) throws -> (SimulatedClient.Connection, Subscriber) {
        let connection = SimulatedClient.Connection(isSlow: false) { self.items += $0 }
        let topics = try topics.map { name throws(InvalidEvent) in try Topic(name) }
        let subscriber = self.shard.join(topics: topics, start: start, outlet: connection)
        self.move {}
        return (connection, subscriber)
    }

    func publish(_ topic: String) throws -> EventID {
        self.server.publish(try Sample.publication(topic))
        return EventID(epoch: self.server.log.epoch, offset: self.server.log.clock)
    }
}

/// Where streams begin, and what may be missing from there on.
@Suite struct StreamBeginningTests {
    @Test func whatIsTrimmedAfterTheEarliestIsTold() throws {
        let loop = EmbeddedEventLoop()
        let bus = MemoryBus(eventLoop: loop, replayCount: 30, replayAge: .hours(1))
        let configuration = FanOutConfiguration(
            catchUpByteCount: 1, ringLimit: RingLimit(count: 4), tailCount: 4, pageCount: 5)
        let hub = Hub(bus: bus, loops: [loop], configuration: configuration, logger: Logger(label: "test"))
        let shard = try #require(hub.shard(on: loop))
        hub.start()
        for _ in 0..<30 { _ = bus.publish([try Sample.publication("t")]) }
        loop.run()
        let outlet = StubOutlet()
        outlet.takesOneAtATime = true
        let subscriber = shard.join(topics: [try Topic("t")], start: .earliest, outlet: outlet)
        loop.advanceTime(by: .milliseconds(10))
        #expect(outlet.delivered == 1 && outlet.resets.isEmpty)
        for _ in 0..<60 { _ = bus.publish([try Sample.publication("t")]) }
        loop.run()
        for _ in 0..<100 {
            outlet.isWritable = true
            shard.resume(subscriber)
            loop.advanceTime(by: .milliseconds(10))
        }
        #expect(outlet.resets.map(\.reason) == [.trimmed])
        #expect(outlet.delivered >= 31)
    }

    @Test func theLatestBeforeTheBusIsMetIsToldAndGetsWhatCame() throws {
        let hub = try BeginningHub(isMet: false)
        let (connection, _) = try hub.join("t", "u", start: .latest)
        hub.loop.advanceTime(by: .seconds(3))
        #expect(connection.opened == StreamOpening(replay: nil, cursor: nil))
        let event = try hub.publish("t")
        hub.move { hub.bus.connect() }
        hub.move { hub.bus.deliver(.max) }
        hub.read()
        hub.read()
        let resets = hub.items.filter(\.isReset)
        #expect(resets.count == 2)
        for case .reset(_, let reason, let requested, _, _) in resets {
            #expect(reason == .lost && requested == "latest")
        }
        #expect(hub.items.last == .event(event, try Topic("t")))
    }

    @Test func aHeadThatComesBeforeASubscriptionIsConfirmedIsAPlaceOfItsOwn() throws {
        let hub = try BeginningHub(isMet: true)
        _ = try hub.publish("t")
        hub.move { hub.bus.probe() }
        hub.move { hub.bus.deliver(.max) }
        let (connection, _) = try hub.join("t", start: .latest)
        hub.loop.advanceTime(by: .seconds(3))
        #expect(connection.opened == StreamOpening(replay: nil, cursor: nil))
        let event = try hub.publish("t")
        hub.move { hub.bus.deliver(.max) }
        hub.read()
        #expect(hub.items == [.event(event, try Topic("t"))])
    }

    @Test func anEpochThatEndsAfterTheHeadAndBeforeTheBeginningIsTold() throws {
        let hub = try BeginningHub(isMet: true)
        _ = try hub.publish("t")
        hub.move { hub.bus.probe() }
        hub.move { hub.bus.deliver(.max) }
        let (connection, _) = try hub.join("t", start: .earliest)
        hub.loop.advanceTime(by: .seconds(3))
        #expect(connection.opened == StreamOpening(replay: nil, cursor: nil))
        // It is due, and goes with its epoch.
        _ = try hub.publish("t")
        hub.server.rotate(hub.server.log.epoch)
        hub.move { hub.bus.probe() }
        hub.move { hub.bus.deliver(.max) }
        hub.read()
        hub.read()
        #expect(hub.items.contains { $0.isReset })
    }

    @Test func skippingLeavesNothingOutOfATopicThatIsNotKnownAsFar() throws {
        let hub = try BeginningHub(isMet: true, .skip)
        let (connection, subscriber) = try hub.join("a", "b", start: .latest)
        hub.move { hub.bus.deliver(.max) }
        hub.read()
        hub.read()
        hub.move { hub.bus.probe() }
        hub.move { hub.bus.deliver(.max) }
        connection.isWritable = false
        _ = try hub.publish("a")
        hub.move { hub.bus.deliver(.max) }
        #expect(hub.shard.statistics.parked == 1)
        hub.move { hub.bus.disconnect() }
        hub.move { hub.bus.connect() }
        hub.move { hub.bus.deliver(.max) }
        hub.read()
        let first = try hub.publish("a")
        let second = try hub.publish("b")
        hub.read()
        connection.isWritable = true
        hub.shard.resume(subscriber)
        hub.move {}
        hub.move { hub.bus.deliver(.max) }
        let a = try Topic("a")
        let isTold = hub.items.contains { item in
            guard case .reset(a, _, _, let end, _) = item else { return false }
            return end >= first.offset
        }
        #expect(isTold || hub.items.contains(.event(first, a)))
        #expect(hub.items.contains(.event(second, try Topic("b"))) || subscriber.position >= second.offset)
    }

    @Test func aTopicThatIsAcknowledgedTwiceIsReadAnewAndItsStreamsWait() throws {
        let hub = try BeginningHub(isMet: true)
        let (_, first) = try hub.join("t", start: .latest)
        hub.move { hub.shard.leave(first) }
        _ = try hub.join("t", start: .latest)
        let topic = try #require(hub.shard.view.topics[Topic("t")])
        // The first acknowledgement is that of the subscription which was given up.
        hub.move { hub.bus.deliver(1) }
        hub.read()
        #expect(topic.isLive)
        hub.move { hub.bus.deliver(1) }
        #expect(!topic.isLive, "what comes now waits for the answer, and is not missed in silence")
        hub.read()
        #expect(topic.isLive)
    }

    @Test func anEventOfTwoTopicsOfWhichOneWasLostWithTheConnectionIsNotMissed() throws {
        let hub = try BeginningHub(isMet: true)
        _ = try hub.join("a", "b", start: .latest)
        hub.move { hub.bus.deliver(.max) }
        hub.read()
        hub.read()
        hub.move { hub.bus.probe() }
        hub.move { hub.bus.deliver(.max) }
        hub.server.publish(try Sample.publication("a", "b"))
        hub.move { hub.bus.deliver(1) }
        let event = EventID(epoch: hub.server.log.epoch, offset: hub.server.log.clock)
        #expect(hub.items == [.event(event, try Topic("a"))])
        hub.move { hub.bus.disconnect() }
        hub.move { hub.bus.connect() }
        hub.move { hub.bus.deliver(.max) }
        hub.read()
        hub.read()
        #expect(hub.items.count == 1, "it was sent, and nothing is to be told")
    }

    @Test func aSecondConfirmationSaysNothing() throws {
        var beginning = StreamBeginning(.latest)
        #expect(beginning.ask(5) == true)
        #expect(beginning.ask(5) == false)
        #expect(!beginning.isConfirmed(5))
        #expect(beginning.confirm(5) == true)
        #expect(beginning.isConfirmed(5) && !beginning.isConfirmed(6))
        #expect(beginning.confirm(5) == false)
        beginning.forgetConfirmation()
        #expect(beginning.confirm(5) == false)
        #expect(!beginning.isConfirmed(5))
    }
}
