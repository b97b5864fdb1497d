import NIOCore

/// The feeds of one partition: who listens to each, and how long those that nobody listens to any more are kept.
struct FeedTable {
    /// A feed, and who listens to it.
    struct Entry {
        var feed: TopicFeed
        /// The shards with subscribers, and the generation of their attachment.
        var shards: [Int: Int] = [:]
        /// How many events it has let through.
        var eventCount = 0
    }

    private let configuration: FanOutConfiguration
    private var entries: [Topic: Entry] = [:]
    private var idle = IdleFeeds()
    /// How many feeds there have been.
    private var generation = 0

    init(_ configuration: FanOutConfiguration) {
        self.configuration = configuration
    }

    /// The topics that have a feed.
    var topics: Dictionary<Topic, Entry>.Keys { self.entries.keys }

    /// The feed of a topic, and who listens to it.
    subscript(topic: Topic) -> Entry? { self.entries[topic] }

    /// A shard has its first subscriber of a topic.
    /// - Returns: Whether the feed is new.
    mutating func attach(_ topic: Topic, shard: Int, generation: Int) -> Bool {
        self.idle.remove(topic)
        let isNew = self.entries[topic] == nil
        if isNew { self.entries[topic] = self.makeEntry() }
        self.entries[topic]?.shards[shard] = generation
        return isNew
    }

    private mutating func makeEntry() -> Entry {
        self.generation += 1
        return Entry(
            feed: TopicFeed(
                limit: self.configuration.ringLimit, backlogLimit: self.configuration.backlogLimit,
                generation: self.generation))
    }

    /// A shard's last subscriber of a topic is gone. A topic that was never published to has nothing that is worth keeping.
    /// - Returns: The topics that have no feed any more.
    mutating func detach(_ topic: Topic, shard: Int, generation: Int, at now: NIODeadline) -> [Topic] {
        guard let index = self.entries.index(forKey: topic), self.entries.values[index].shards[shard] == generation
        else { return [] }
        self.entries.values[index].shards[shard] = nil
        guard self.entries.values[index].shards.isEmpty else { return [] }
        guard self.entries.values[index].feed.exists else { return [self.remove(topic)] }
        self.idle.insert(topic, at: now)
        var removed: [Topic] = []
        while self.idle.count > self.configuration.idleFeedCount, let oldest = self.idle.popFirst() {
            removed.append(self.remove(oldest))
        }
        return removed
    }

    /// Removes feeds that nobody has listened to for long, or that hold too much.
    /// - Returns: Their topics.
    mutating func sweep(at now: NIODeadline) -> [Topic] {
        var removed: [Topic] = []
        while let topic = self.idle.popFirst(leftFor: self.configuration.linger, at: now) {
            removed.append(self.remove(topic))
        }
        var byteCount = self.idle.topics.reduce(0) { $0 + (self.entries[$1]?.feed.ring.byteCount ?? 0) }
        while byteCount > self.configuration.idleFeedByteCount, let topic = self.idle.popFirst() {
            byteCount -= self.entries[topic]?.feed.ring.byteCount ?? 0
            removed.append(self.remove(topic))
        }
        return removed
    }

    private mutating func remove(_ topic: Topic) -> Topic {
        self.entries[topic] = nil
        return topic
    }

    /// Lets a feed take something in.
    /// - Returns: What the feed asks for, and whether it was live and no longer is; `nil` if there is no such feed.
    mutating func update(
        _ topic: Topic, _ change: (inout TopicFeed) -> TopicFeed.Action
    ) -> (action: TopicFeed.Action, isSuspended: Bool)? {
        guard let index = self.entries.index(forKey: topic) else { return nil }
        let wasLive = self.entries.values[index].feed.isLive
        let action = change(&self.entries.values[index].feed)
        if case .deliver = action { self.entries.values[index].eventCount += 1 }
        return (action, wasLive && !self.entries.values[index].feed.isLive)
    }

    /// How many events feeds have let through, of so many topics at most.
    func eventCounts(limit: Int) -> [Topic: Int] {
        Dictionary(uniqueKeysWithValues: self.entries.prefix(limit).map { ($0.key, $0.value.eventCount) })
    }

    /// What the feeds hold.
    var statistics: FeedStatistics {
        var statistics = FeedStatistics(counters: FeedCounters())
        for entry in self.entries.values {
            statistics.feeds += 1
            statistics.liveFeeds += entry.feed.isLive ? 1 : 0
            statistics.ringEvents += entry.feed.ring.events.count
            statistics.ringBytes += entry.feed.ring.byteCount
        }
        return statistics
    }
}
