import Logging
import NIOCore

/// The ordering point of one partition: keeps the feeds of all topics that anybody here listens to, and tells each
/// shard in one order what they yield.
///
/// Sendable is safe without a check: all stored state is touched only on `bus.eventLoop`. The bus calls its delegate
/// there, and the methods for shards hop there first.
final class Partition: @unchecked Sendable {
    private static let retryDelay = TimeAmount.milliseconds(250)

    struct Entry {
        var feed: TopicFeed
        var sweep: PageSweep
        /// The shards with subscribers, and the generation of their attachment.
        var shards: [Int: Int] = [:]
    }

    let bus: any EventBus
    let configuration: FanOutConfiguration
    let logger: Logger
    let pageBudget: PageBudget
    let reads: LogReadQueue
    /// How many topics may be listened to.
    let room: FeedRoom
    private var idle = IdleFeeds()
    var recentPages = RecentPages()
    private var roomLog = (refusals: 0, next: NIODeadline.uptimeNanoseconds(0))
    var mailboxes: [ShardMailbox] = []
    var entries: [Topic: Entry] = [:]
    var epoch: Epoch?
    var head = Offset.zero
    var gap: OffsetGap?
    /// How many feeds there have been.
    var generation = 0
    private var lingerTask: RepeatedTask?
    var counters = FeedCounters()

    init(bus: any EventBus, configuration: FanOutConfiguration, logger: Logger) {
        self.bus = bus
        self.configuration = configuration
        self.logger = logger
        self.pageBudget = PageBudget(limit: configuration.pageByteCount)
        self.room = FeedRoom(limit: configuration.maximumFeeds)
        self.reads = LogReadQueue(concurrency: configuration.readCount) { bus.read($0, $1, limit: $2) }
    }

    /// Begins to work.
    /// - Parameter mailboxes: One for each shard, in the order of the shards' indexes.
    func start(_ mailboxes: [ShardMailbox]) {
        self.bus.eventLoop.execute {
            self.mailboxes = mailboxes
            self.bus.start(delegate: self)
            self.lingerTask = self.bus.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) {
                _ in
                self.sweepIdle()
                self.recentPages.age()
                self.logRefusals()
            }
        }
    }

    /// Ends the timers; the bus is shut down by its owner.
    func stop() {
        self.bus.eventLoop.execute { self.lingerTask?.cancel() }
    }

    // MARK: - Asked by shards, from any thread

    /// A shard has its first subscriber of a topic, and has taken room for it.
    func attach(_ topic: Topic, shard: Int, generation: Int) {
        self.bus.eventLoop.execute {
            var entry = self.entries[topic] ?? self.makeEntry(topic)
            if !entry.shards.isEmpty { self.room.giveBack() }
            entry.shards[shard] = generation
            self.idle.remove(topic)
            self.entries[topic] = entry
            if entry.feed.isLive {
                self.post(self.live(topic, entry.feed, generation: generation), to: shard)
            }
            self.flush()
        }
    }

    /// A shard's last subscriber of a topic is gone.
    func detach(_ topic: Topic, shard: Int, generation: Int) {
        self.bus.eventLoop.execute {
            guard let index = self.entries.index(forKey: topic),
                self.entries.values[index].shards[shard] == generation
            else { return }
            self.entries.values[index].shards[shard] = nil
            guard self.entries.values[index].shards.isEmpty else { return }
            self.room.giveBack()
            self.leave(topic, self.entries.values[index].feed)
        }
    }

    /// A stream needs so many events, or what there is, after a place that is behind the ring.
    func requestPage(of topic: Topic, after place: Offset, wanted: Int, shard: Int) {
        self.bus.eventLoop.execute {
            guard let (page, action) = self.entries[topic]?.sweep.request(after: place, wanted: wanted, shard: shard)
            else { return }
            if let page { self.post(.page(topic, page), to: shard) }
            self.perform(action, for: topic)
            self.flush()
        }
    }

    /// A stream's cursor is ahead of what is known here: asks the bus itself, past all that is held.
    func requestConfirmation(of topic: Topic, after place: Offset, shard: Int) {
        self.bus.eventLoop.execute {
            self.bus.read(topic, .after(place), limit: 1).whenComplete { result in
                // What an earlier epoch's clock said proves nothing in this one.
                guard case .success(let page) = result, self.isCurrent(page.epoch) else {
                    return self.retryLater { self.requestConfirmation(of: topic, after: place, shard: shard) }
                }
                self.post(.confirmed(topic, place: place, clock: page.clock), to: shard)
                self.flush()
            }
        }
    }

    /// What the feeds have counted and hold, on the bus's loop.
    func statistics() -> FeedStatistics {
        var statistics = FeedStatistics(counters: self.counters)
        statistics.counters.refused = self.room.refusedCount
        for entry in self.entries.values {
            statistics.feeds += 1
            statistics.liveFeeds += entry.feed.isLive ? 1 : 0
            statistics.ringEvents += entry.feed.ring.events.count
            statistics.ringBytes += entry.feed.ring.byteCount
        }
        return statistics
    }

    // MARK: - Lingering

    /// Nobody listens to a topic any longer. One that was never published to has nothing that is worth keeping.
    private func leave(_ topic: Topic, _ feed: TopicFeed) {
        guard feed.exists else { return self.forget(topic) }
        self.idle.insert(topic, at: self.bus.eventLoop.now)
        while self.idle.count > self.configuration.idleFeedCount, let oldest = self.idle.popFirst() {
            self.forget(oldest)
        }
    }

    private func forget(_ topic: Topic) {
        self.entries[topic] = nil
        self.bus.unsubscribe(topic)
    }

    private func sweepIdle() {
        let now = self.bus.eventLoop.now
        while let topic = self.idle.popFirst(leftFor: self.configuration.linger, at: now) { self.forget(topic) }
        var byteCount = self.idle.topics.reduce(0) { $0 + (self.entries[$1]?.feed.ring.byteCount ?? 0) }
        while byteCount > self.configuration.idleFeedByteCount, let topic = self.idle.popFirst() {
            byteCount -= self.entries[topic]?.feed.ring.byteCount ?? 0
            self.forget(topic)
        }
    }

    private func logRefusals() {
        let count = self.room.refusedCount
        let now = self.bus.eventLoop.now
        guard count > self.roomLog.refusals, now >= self.roomLog.next else { return }
        self.logger.warning(
            "streams are turned away: as many topics are listened to as may be",
            metadata: [
                "cap": "--max-feeds", "limit": "\(self.room.limit)", "times": "\(count - self.roomLog.refusals)",
            ])
        self.roomLog = (count, now + .seconds(30))
    }

    func retryLater(_ body: @escaping @Sendable () -> Void) {
        self.bus.eventLoop.scheduleTask(in: Self.retryDelay) {
            body()
            self.flush()
        }
    }

    // MARK: - Mailboxes

    func post(_ operation: ShardOperation, to shard: Int) {
        self.mailboxes[shard].post(operation)
    }

    func postToAll(of topic: Topic, _ operation: ShardOperation) {
        guard let shards = self.entries[topic]?.shards else { return }
        for shard in shards.keys { self.mailboxes[shard].post(operation) }
    }

    func flush() {
        for index in self.mailboxes.indices { self.mailboxes[index].flush() }
    }
}
