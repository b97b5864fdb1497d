public import ByteStrings
public import Logging
public import NIOCore

/// The hub of one process: a bus, the feeds of the topics that somebody here listens to, and a shard of the fan-out on every
/// event loop.
public final class Hub: Sendable {
    /// Where events are published and kept.
    public let bus: any EventBus
    /// What went otherwise than it should have, lately.
    public let incidents = IncidentLog()
    /// What has streams here; `nil` if nobody keeps that.
    public let occupancy: OccupancyLedger?
    private let partition: Partition
    private let shards: [Shard]

    /// Makes a hub.
    /// - Parameters:
    ///   - bus: Where events are published and kept. The hub starts it, and shuts it down.
    ///   - loops: The event loops whose connections are served.
    ///   - configuration: How streams are treated.
    ///   - occupancy: Is told what has streams here.
    ///   - logger: Is told of new epochs.
    public init(
        bus: any EventBus, loops: [any EventLoop], configuration: FanOutConfiguration = FanOutConfiguration(),
        occupancy: OccupancyLedger? = nil, logger: Logger
    ) {
        let incidents = self.incidents
        self.occupancy = occupancy
        let partition = Partition(bus: bus, configuration: configuration, logger: logger)
        self.bus = bus
        self.partition = partition
        self.shards = loops.enumerated().map { index, loop in
            Shard(
                index: index, eventLoop: loop, partition: partition, incidents: incidents, occupancy: occupancy,
                configuration: configuration)
        }
    }

    /// Begins to work.
    public func start() {
        for shard in self.shards { shard.eventLoop.execute { shard.start() } }
        self.partition.start(
            self.shards.map { shard in
                ShardMailbox { operations, arrival in
                    shard.eventLoop.execute { shard.take(operations, arrival: arrival) }
                }
            })
    }

    /// The shard of an event loop; `nil` if the loop is none of the hub's.
    public func shard(on loop: any EventLoop) -> Shard? {
        self.shards.first { $0.eventLoop === loop }
    }

    /// Whether there is room for topics, as far as nobody listens to them already. If not, that is counted.
    public func hasRoom(for topics: [Topic]) -> Bool {
        self.partition.room.admits(topics)
    }

    /// Ends the streams of an owner on all loops: what lets the owner in was taken back.
    /// - Parameters:
    ///   - owner: The owner's name.
    ///   - time: Up to when it was issued, in seconds since 1970.
    public func revoke(_ owner: ByteString, issuedUpTo time: Double) {
        for shard in self.shards { shard.eventLoop.execute { shard.revoke(owner, issuedUpTo: time) } }
    }

    /// Ends all streams, spread evenly over a time, each told that this member is about to stop.
    /// - Parameter window: How long that takes.
    /// - Returns: Succeeds when the last stream was told.
    public func drain(over window: TimeAmount) -> EventLoopFuture<Void> {
        let loop = self.bus.eventLoop
        let drained = self.shards.map { shard in
            shard.eventLoop.flatSubmit { shard.drain(over: window) }
        }
        return EventLoopFuture.andAllComplete(drained, on: loop)
    }

    /// Ends the hub's timers and its bus.
    public func shutdown() -> EventLoopFuture<Void> {
        for shard in self.shards { shard.eventLoop.execute { shard.stop() } }
        self.partition.stop()
        return self.bus.shutdown()
    }

    /// How many streams of each of these topics are on this member. Every loop is asked once, however many there are.
    public func subscriberCounts(of topics: [Topic]) -> EventLoopFuture<[Int]> {
        let counts = self.shards.map { shard in
            shard.eventLoop.submit { topics.map { shard.subscriberCount(of: $0) } }
        }
        let none = [Int](repeating: 0, count: topics.count)
        return EventLoopFuture.reduce(none, counts, on: self.bus.eventLoop) { sums, more in
            zip(sums, more).map { $0 + $1 }
        }
    }

    /// What the hub holds now and has counted since its start.
    public func statistics() -> EventLoopFuture<(feeds: FeedStatistics, fanOut: FanOutStatistics)> {
        let loop = self.bus.eventLoop
        let shards = self.shards.map { shard in shard.eventLoop.submit { shard.statistics } }
        let fanOut = EventLoopFuture.reduce(into: FanOutStatistics(), shards, on: loop) { $0.add($1) }
        return fanOut.flatMap { fanOut in loop.submit { (self.partition.statistics(), fanOut) } }
    }

    // MARK: - Watching

    /// What topics amount to on this member.
    /// - Parameter topics: Not too many.
    public func activity(of topics: [Topic]) -> EventLoopFuture<[TopicActivity]> {
        self.subscriberCounts(of: topics).map { counts in
            let (feeds, survey) = (self.partition.feeds, self.partition.survey)
            survey.look(at: feeds, now: .now())
            return zip(topics, counts).map { topic, count in
                TopicActivity(
                    topic: topic, subscribers: count, events: feeds[topic]?.eventCount, rate: survey.rate(of: topic))
            }
        }
    }

    /// The topics that most streams on this member have, and those of which most events come, in no order.
    /// - Parameter limit: How many of each kind.
    public func busiestTopics(limit: Int) -> EventLoopFuture<[TopicActivity]> {
        let crowded = self.shards.map { shard in shard.eventLoop.submit { shard.crowdedTopics(limit: limit) } }
        return EventLoopFuture.whenAllSucceed(crowded, on: self.bus.eventLoop).flatMap { crowded in
            self.partition.survey.look(at: self.partition.feeds, now: .now())
            let topics = Set(crowded.joined()).union(self.partition.survey.busiest(limit: limit))
            return self.activity(of: Array(topics)).map { topics in
                let crowded = topics.greatest(limit, by: \.subscribers)
                let names = Set((crowded + topics.greatest(limit) { $0.rate ?? 0 }).map(\.topic))
                return topics.filter { names.contains($0.topic) }
            }
        }
    }

    /// The streams that are asked for, on all loops.
    /// - Parameter limit: How many are described at most.
    public func streams(
        _ query: StreamQuery, limit: Int
    ) -> EventLoopFuture<(count: Int, streams: [StreamDescription])> {
        let found = self.shards.map { shard in shard.eventLoop.submit { shard.streams(query, limit: limit) } }
        return EventLoopFuture.whenAllSucceed(found, on: self.bus.eventLoop).map { found in
            (found.reduce(0) { $0 + $1.count }, Array(found.flatMap(\.streams).prefix(limit)))
        }
    }

    /// Ends a stream; its client is told to connect elsewhere.
    /// - Returns: Whether it was there.
    public func shed(_ stream: StreamID) -> EventLoopFuture<Bool> {
        guard self.shards.indices.contains(stream.shard) else { return self.bus.eventLoop.makeSucceededFuture(false) }
        let shard = self.shards[stream.shard]
        return shard.eventLoop.submit { shard.shed(stream.number) }
    }
}
