import Logging
import NIOCore

/// The ordering point of one partition: keeps the feeds of all topics that anybody here listens to, and tells each
/// shard in one order what they yield.
///
/// Sendable is safe without a check: all stored state is touched only on `bus.eventLoop`. The bus calls its delegate
/// there, and the methods for shards hop there first.
final class Partition: EventBusDelegate, @unchecked Sendable {
    private static let retryDelay = TimeAmount.milliseconds(250)

    private struct Entry {
        var feed: TopicFeed
        var sweep = PageSweep()
        /// The shards with subscribers, and the generation of their attachment.
        var shards: [Int: Int] = [:]
        var idleSince: NIODeadline?
    }

    private let bus: any EventBus
    private let configuration: FanOutConfiguration
    private let logger: Logger
    private var mailboxes: [ShardMailbox] = []
    private var entries: [Topic: Entry] = [:]
    private var epoch: Epoch?
    private var head = Offset.zero
    private var gap: OffsetGap?
    private var lingerTask: RepeatedTask?
    private(set) var counters = FeedCounters()

    init(bus: any EventBus, configuration: FanOutConfiguration, logger: Logger) {
        self.bus = bus
        self.configuration = configuration
        self.logger = logger
    }

    /// Begins to work.
    /// - Parameter mailboxes: One for each shard, in the order of the shards' indexes.
    func start(_ mailboxes: [ShardMailbox]) {
        self.bus.eventLoop.execute {
            self.mailboxes = mailboxes
            self.bus.start(delegate: self)
            self.lingerTask = self.bus.eventLoop.scheduleRepeatedTask(
                initialDelay: self.configuration.linger, delay: .seconds(1)
            ) {
                _ in self.sweepIdle()
            }
        }
    }

    /// Ends the timers; the bus is shut down by its owner.
    func stop() {
        self.bus.eventLoop.execute { self.lingerTask?.cancel() }
    }

    // MARK: - Asked by shards, from any thread

    /// A shard has its first subscriber of a topic.
    func attach(_ topic: Topic, shard: Int, generation: Int) {
        self.bus.eventLoop.execute {
            var entry = self.entries[topic] ?? self.makeEntry(topic)
            entry.shards[shard] = generation
            entry.idleSince = nil
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
            guard self.entries[topic]?.shards[shard] == generation else { return }
            self.entries[topic]?.shards[shard] = nil
            if self.entries[topic]?.shards.isEmpty == true { self.entries[topic]?.idleSince = self.bus.eventLoop.now }
        }
    }

    /// A stream needs what comes after a place that is behind the ring.
    func requestPage(of topic: Topic, after place: Offset, shard: Int) {
        self.bus.eventLoop.execute {
            guard let (page, action) = self.entries[topic]?.sweep.request(after: place, shard: shard) else { return }
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
        for entry in self.entries.values {
            statistics.feeds += 1
            statistics.liveFeeds += entry.feed.isLive ? 1 : 0
            statistics.ringEvents += entry.feed.ring.events.count
            statistics.ringBytes += entry.feed.ring.byteCount
        }
        return statistics
    }

    // MARK: - Told by the bus, on its loop

    func busSubscribed(_ topic: Topic) {
        guard self.entries[topic] != nil, let action = self.entries[topic]?.feed.subscribed() else { return }
        self.perform(action, for: topic)
        self.flush()
    }

    func busReceived(_ change: LogChange) {
        switch change {
        case .appended(let event):
            guard self.isCurrent(event.id.epoch) else { return }
            self.update(event.topic) { $0.appended(event, head: self.head) }
            // Not up to the event itself: of an event of several topics, the others may still be under way.
            self.moveHead(to: event.offset.predecessor, of: event.topic)
        case .deleted(let topic, let last, let epoch):
            guard self.isCurrent(epoch) else { return }
            self.update(topic) { $0.deleted(last: last) }
        case .retired(let topic, let last, let epoch):
            guard self.isCurrent(epoch) else { return }
            self.update(topic) { $0.retired(last: last) }
        }
    }

    func busReceivedAll() {
        self.flush()
    }

    func busReached(_ place: EventID) {
        guard self.isCurrent(place.epoch), place.offset > self.head else { return }
        self.head = place.offset
        for shard in self.mailboxes.indices { self.mailboxes[shard].announce(place.offset) }
        self.flush()
    }

    func busEntered(_ epoch: Epoch) {
        guard epoch > self.epoch ?? Epoch(rawValue: 0) else { return }
        if self.epoch != nil {
            self.counters.epochs += 1
            self.logger.warning("A new epoch began: every stream is told that events may be lost")
        }
        self.epoch = epoch
        self.head = .zero
        self.gap = nil
        for shard in self.mailboxes.indices { self.mailboxes[shard].enter(epoch) }
        for topic in self.entries.keys {
            self.entries[topic]?.sweep.forgetPages()
            self.update(topic) { $0.entered() }
        }
        self.flush()
    }

    func busLostSubscriptions() {
        self.counters.losses += 1
        for topic in self.entries.keys {
            self.update(topic, hole: false) { feed in
                feed.lost()
                return .none
            }
        }
        self.flush()
    }

    // MARK: - Feeds

    private func makeEntry(_ topic: Topic) -> Entry {
        self.bus.subscribe(topic)
        return Entry(
            feed: TopicFeed(limit: self.configuration.ringLimit, backlogLimit: self.configuration.backlogLimit))
    }

    private func isCurrent(_ epoch: Epoch) -> Bool {
        self.busEntered(epoch)
        return epoch == self.epoch
    }

    /// Everything up to here has arrived. An event that was news told its shards already; one that was not may be what
    /// a stream there waits for.
    private func moveHead(to offset: Offset, of topic: Topic) {
        guard offset > self.head else { return }
        self.head = offset
        for shard in self.mailboxes.indices { self.mailboxes[shard].reach(offset) }
        for shard in (self.entries[topic]?.shards ?? [:]).keys { self.mailboxes[shard].announce(offset) }
    }

    /// Lets a feed take something in, tells the shards if it is no longer live, and does what it asks for.
    private func update(
        _ topic: Topic, hole: Bool = true, _ change: (inout TopicFeed) -> TopicFeed.Action
    ) {
        guard let index = self.entries.index(forKey: topic) else { return }
        let wasLive = self.entries.values[index].feed.isLive
        let action = change(&self.entries.values[index].feed)
        if wasLive, !self.entries.values[index].feed.isLive {
            self.counters.catchUps += 1
            self.postToAll(of: topic, .suspended(topic, hole: hole))
        }
        self.perform(action, for: topic)
    }

    private func perform(_ action: TopicFeed.Action, for topic: Topic) {
        switch action {
        case .none: break
        case .read(let token): self.readTail(of: topic, token: token)
        case .deliver(let event): self.postToAll(of: topic, .append(event))
        case .goLive: self.goLive(topic)
        case .replaceRing:
            guard let ring = self.entries[topic]?.feed.ring else { return }
            self.entries[topic]?.sweep.forgetPages()
            self.postToAll(of: topic, .ring(topic, ring))
        case .rollback(let token):
            guard let epoch = self.epoch else { return }
            self.bus.reportRollback(of: epoch)
            self.retryLater { self.update(topic) { $0.readAgain(token: token) } }
        }
    }

    private func goLive(_ topic: Topic) {
        guard let entry = self.entries[topic] else { return }
        self.entries[topic]?.sweep.forgetPages()
        for (shard, generation) in entry.shards {
            self.post(self.live(topic, entry.feed, generation: generation), to: shard)
        }
    }

    /// A live feed is complete up to its read's clock, and up to everything that has arrived, whichever is later.
    private func live(_ topic: Topic, _ feed: TopicFeed, generation: Int) -> ShardOperation {
        .live(topic, feed.ring, verified: max(feed.verified, self.head), generation: generation)
    }

    private func readTail(of topic: Topic, token: Int) {
        self.counters.tailReads += 1
        self.bus.read(topic, .tail, limit: self.configuration.tailCount).whenComplete { result in
            switch result {
            case .success(let page):
                self.busEntered(page.epoch)
                self.note(page.gap)
                guard page.epoch == self.epoch else { return self.readLater(topic, token: token) }
                self.update(topic) { $0.page(page, token: token) }
                self.flush()
            case .failure:
                self.readLater(topic, token: token)
            }
        }
    }

    /// Cursors that a client brings are held against what the bus has lost; known before its feed goes live.
    private func note(_ gap: OffsetGap?) {
        guard let gap, gap != self.gap else { return }
        self.gap = gap
        for shard in self.mailboxes.indices { self.post(.lost(gap), to: shard) }
    }

    private func readLater(_ topic: Topic, token: Int) {
        self.retryLater { self.update(topic) { $0.readAgain(token: token) } }
    }

    // MARK: - Pages

    private func perform(_ action: PageSweep.Action, for topic: Topic) {
        guard case .read(let place) = action else { return }
        self.counters.pageReads += 1
        self.bus.read(topic, .after(place), limit: self.configuration.pageCount).whenComplete { result in
            guard let index = self.entries.index(forKey: topic) else { return }
            guard case .success(let page) = result, self.isCurrent(page.epoch) else {
                self.entries.values[index].sweep.fail()
                return self.retryLater {
                    guard let action = self.entries[topic]?.sweep.retry() else { return }
                    self.perform(action, for: topic)
                }
            }
            self.finish(TopicPage(from: place, page), for: topic)
        }
    }

    private func finish(_ page: TopicPage, for topic: Topic) {
        guard let (shards, action) = self.entries[topic]?.sweep.finish(page) else { return }
        for shard in shards { self.post(.page(topic, page), to: shard) }
        self.perform(action, for: topic)
        self.flush()
    }

    // MARK: - Lingering

    private func sweepIdle() {
        let now = self.bus.eventLoop.now
        for (topic, entry) in self.entries {
            guard let idleSince = entry.idleSince, now - idleSince >= self.configuration.linger else { continue }
            self.entries[topic] = nil
            self.bus.unsubscribe(topic)
        }
    }

    private func retryLater(_ body: @escaping @Sendable () -> Void) {
        self.bus.eventLoop.scheduleTask(in: Self.retryDelay) {
            body()
            self.flush()
        }
    }

    // MARK: - Mailboxes

    private func post(_ operation: ShardOperation, to shard: Int) {
        self.mailboxes[shard].post(operation)
    }

    private func postToAll(of topic: Topic, _ operation: ShardOperation) {
        guard let shards = self.entries[topic]?.shards else { return }
        for shard in shards.keys { self.mailboxes[shard].post(operation) }
    }

    private func flush() {
        for index in self.mailboxes.indices { self.mailboxes[index].flush() }
    }
}
