import NIOCore

/// Finds the streams of one shard, and says how they are. Used only on its loop.
struct StreamCensus {
    private let shard: Int
    private let view: PartitionView
    private let changes: TopicChanges
    private let owners: StreamOwners

    init(of shard: Int, _ view: PartitionView, _ changes: TopicChanges, _ owners: StreamOwners) {
        self.shard = shard
        self.view = view
        self.changes = changes
        self.owners = owners
    }

    /// The streams that are asked for: how many there are, and the first of them.
    func streams(_ query: StreamQuery, limit: Int) -> (count: Int, streams: [StreamDescription]) {
        let found = self.subscribers(query)
        return (found.count, found.prefix(limit).map(self.describe))
    }

    /// A stream; `nil` if it has ended.
    func subscriber(numbered number: Int) -> Subscriber? {
        self.changes.allSubscribers.first { $0.number == number }
    }

    /// The topics that most streams here have, as far as they were looked at.
    func crowdedTopics(limit: Int) -> [(topic: Topic, count: Int)] {
        self.view.topics.values.prefix(TopicSurvey.reach).map { ($0.topic, $0.subscriberCount) }
            .greatest(limit) { $0.1 }
    }

    private func subscribers(_ query: StreamQuery) -> [Subscriber] {
        switch query {
        case .all: return self.changes.allSubscribers
        case .topic(let topic):
            var subscribers: [Subscriber] = []
            self.view.topics[topic]?.forEachSubscriber { subscribers.append($0) }
            return subscribers
        case .client(let client): return self.changes.allSubscribers.filter { $0.outlet.client == client }
        case .subject(let subject): return self.owners.streams(of: subject, issuedUpTo: .infinity)
        }
    }

    private func describe(_ subscriber: Subscriber) -> StreamDescription {
        let phase = subscriber.phase
        return StreamDescription(
            id: StreamID(shard: self.shard, number: subscriber.number), transport: subscriber.outlet.transport,
            client: subscriber.outlet.client, subject: subscriber.owner?.name,
            topics: subscriber.topics.prefix(10).map(\.topic), topicCount: subscriber.topics.count,
            age: Double((.now() - subscriber.beginningTime).nanoseconds) / 1_000_000_000,
            state: phase == .opening ? .opening : phase == .live ? .live : .behind,
            isSlow: subscriber.pace.isSlow, backlog: subscriber.outlet.backlog,
            cursor: phase == .opening ? nil : self.view.state.cursor(at: subscriber.position),
            lag: phase == .opening ? nil : self.lag(of: subscriber))
    }

    private func lag(of subscriber: Subscriber) -> Int? {
        guard subscriber.phase != .live else { return 0 }
        var lag = 0
        for topic in subscriber.topics {
            guard topic.ring.base <= subscriber.position else { return nil }
            lag += topic.ring.events.count - topic.ring.events.firstIndex(after: subscriber.position)
        }
        return lag
    }
}
