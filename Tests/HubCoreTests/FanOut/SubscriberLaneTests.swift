import Testing

@testable import HubCore

/// The places of a stream's topics while topics come and go.
@Suite struct SubscriberLaneTests {
    private static func topic(_ name: String) throws -> ShardTopic {
        ShardTopic(try Topic(name), generation: 1)
    }

    private static func subscriber(at place: Offset, _ names: String...) throws -> Subscriber {
        let outlet = SimulatedClient.Connection(isSlow: false) { _ in }
        let subscriber = Subscriber(topics: try names.map(self.topic), start: .latest, outlet: outlet)
        subscriber.begin(at: place) { _ in .prove }
        return subscriber
    }

    @Test func aTopicFromThePastTakesThePlaceBackAndTheOthersWait() throws {
        let subscriber = try Self.subscriber(at: 50, "a", "b")
        subscriber.add(try Self.topic("c"), at: 20, .prove)
        #expect(subscriber.place == 20)
        #expect((0..<3).map(subscriber.reached) == [50, 50, 20])
        #expect(!subscriber.isTogether)
        subscriber.place = 50
        #expect(subscriber.isTogether)
    }

    @Test func aTopicThatBeginsLaterWaitsItself() throws {
        let subscriber = try Self.subscriber(at: 50, "a")
        subscriber.add(try Self.topic("b"), at: 70, .prove)
        #expect(subscriber.place == 50)
        #expect((0..<2).map(subscriber.reached) == [50, 70])
    }

    @Test func pastsAreReplayedWithinPasts() throws {
        let subscriber = try Self.subscriber(at: 50, "a")
        subscriber.add(try Self.topic("b"), at: 20, .prove)
        subscriber.place = 30
        subscriber.add(try Self.topic("c"), at: 10, .prove)
        #expect(subscriber.place == 10)
        #expect((0..<3).map(subscriber.reached) == [50, 30, 10])
        subscriber.add(try Self.topic("d"), at: 40, .prove)
        #expect((0..<4).map(subscriber.reached) == [50, 30, 10, 40])
    }

    @Test func withoutTheTopicThatIsBehindThePlaceIsThatOfTheOthers() throws {
        let subscriber = try Self.subscriber(at: 50, "a")
        subscriber.add(try Self.topic("b"), at: 20, .prove)
        subscriber.place = 30
        subscriber.remove(1)
        #expect(subscriber.place == 50)
        #expect(subscriber.isTogether)
        subscriber.remove(0)
        #expect(subscriber.topics.isEmpty)
        subscriber.add(try Self.topic("c"), at: 5, .prove)
        #expect(subscriber.place == 5)
    }

    @Test func aGapKeepsTheStartOfItsOwnTopic() throws {
        let subscriber = try Self.subscriber(at: 50, "a")
        subscriber.noteGap(0, exists: true)
        subscriber.place = 60
        subscriber.add(try Self.topic("b"), at: 20, .announce(.lost, requested: "x"))
        #expect(subscriber.gapStart(0) == 50)
        #expect(subscriber.gapStart(1) == 20)
        subscriber.cross([1], to: 25)
        #expect(subscriber.policy(1) == .prove)
        #expect(subscriber.gapStart(0) == 50)
        subscriber.cross([0], to: 90)
        #expect((0..<2).map(subscriber.reached) == [90, 90])
        #expect(subscriber.lanes.count == 0 || subscriber.provesOnly)
    }
}
