import Logging
import NIOCore

/// The ordering point of one partition: keeps the feeds of all topics that anybody here listens to, and tells each
/// shard in one order what they yield.
///
/// Sendable is safe without a check: all stored state is touched only on `bus.eventLoop`. The bus calls its delegate
/// there, and the methods for shards hop there first.
final class Partition: @unchecked Sendable {
    /// How many topics may be listened to.
    let room: FeedRoom
    private let bus: any EventBus
    private let configuration: FanOutConfiguration
    private let logger: Logger
    private let mailboxes = ShardMailboxes()
    private let reads: LogReadQueue
    private let pages: PageReader
    private(set) var feeds: FeedTable
    let survey = TopicSurvey()
    private var state = PartitionState()
    private var isAskingForReigns = false
    private var counters = FeedCounters()
    private var refusalLog = RefusalLog()
    private var secondTask: RepeatedTask?

    init(bus: any EventBus, configuration: FanOutConfiguration, logger: Logger) {
        self.bus = bus
        self.configuration = configuration
        self.logger = logger
        self.feeds = FeedTable(configuration)
        self.room = FeedRoom(limit: configuration.maximumFeeds)
        self.reads = LogReadQueue(concurrency: configuration.readCount) { bus.read($0, $1, limit: $2) }
        self.pages = PageReader(on: bus.eventLoop, self.reads, self.mailboxes, configuration)
    }

    /// How much memory pages of logs may take.
    var pageBudget: PageBudget { self.pages.budget }

    /// Begins to work.
    /// - Parameter mailboxes: One for each shard, in the order of the shards' indexes.
    func start(_ mailboxes: [ShardMailbox]) {
        self.bus.eventLoop.execute {
            self.mailboxes.open(mailboxes)
            self.pages.start { [weak self] in self?.accepts($0) ?? false }
            self.bus.start(delegate: self)
            self.secondTask = self.bus.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) {
                _ in
                self.forget(self.feeds.sweep(at: self.bus.eventLoop.now))
                self.pages.age()
                self.refusalLog.write(self.room, to: self.logger, at: self.bus.eventLoop.now)
            }
        }
    }

    /// Ends the timers; the bus is shut down by its owner.
    func stop() {
        self.bus.eventLoop.execute { self.secondTask?.cancel() }
    }

    // MARK: - Asked by shards, from any thread

    /// A shard has its first subscriber of a topic, and has taken room for it.
    func attach(_ topic: Topic, shard: Int, generation: Int) {
        self.bus.eventLoop.execute {
            if self.feeds.attach(topic, shard: shard, generation: generation) { self.bus.subscribe(topic) }
            if let feed = self.feeds[topic]?.feed, feed.isLive {
                self.mailboxes.post(self.live(topic, feed, generation: generation), to: shard)
            }
            self.mailboxes.flush()
        }
    }

    /// A shard's last subscriber of a topic is gone.
    func detach(_ topic: Topic, shard: Int, generation: Int) {
        self.bus.eventLoop.execute {
            let now = self.bus.eventLoop.now
            self.forget(self.feeds.detach(topic, shard: shard, generation: generation, at: now))
        }
    }

    /// A stream needs so many events, or what there is, after a position that is behind the ring.
    func requestPage(of topic: Topic, after position: Offset, wanted: Int, shard: Int) {
        self.bus.eventLoop.execute {
            guard self.feeds[topic] != nil else { return }
            self.pages.request(topic, after: position, wanted: wanted, shard: shard)
        }
    }

    /// A stream's cursor is ahead of what is known here: asks the bus itself, past all that is held.
    func requestConfirmation(of topic: Topic, after position: Offset, shard: Int) {
        self.bus.eventLoop.execute {
            self.bus.read(topic, .after(position), limit: 1).whenComplete { result in
                // What an earlier epoch's clock said proves nothing in this one.
                guard case .success(let page) = result, self.accepts(page) else {
                    return self.retryLater { self.requestConfirmation(of: topic, after: position, shard: shard) }
                }
                self.mailboxes.post(.confirmed(topic, position: position, clock: page.clock), to: shard)
                self.mailboxes.flush()
            }
        }
    }

    /// What the feeds have counted and hold, on the bus's loop.
    func statistics() -> FeedStatistics {
        var statistics = self.feeds.statistics
        statistics.counters = self.counters
        statistics.counters.pageReads = self.pages.readCount
        statistics.counters.refused = self.room.refusedCount
        return statistics
    }

    // MARK: - Feeds

    private func forget(_ topics: [Topic]) {
        for topic in topics {
            self.pages.forget(topic)
            self.bus.unsubscribe(topic)
        }
    }

    private func retryLater(_ body: @escaping @Sendable () -> Void) {
        self.bus.eventLoop.scheduleTask(in: PageReader.retryDelay) {
            body()
            self.mailboxes.flush()
        }
    }

    /// Lets a feed take something in, tells the shards if it is no longer live, and does what it asks for.
    private func update(
        _ topic: Topic, hole: Bool = true, _ change: (inout TopicFeed) -> TopicFeed.Action
    ) {
        guard let update = self.feeds.update(topic, change) else { return }
        if update.isSuspended {
            self.counters.catchUps += 1
            self.post(.suspended(topic, hole: hole), of: topic)
        }
        self.perform(update.action, for: topic)
    }

    private func perform(_ action: TopicFeed.Action, for topic: Topic) {
        switch action {
        case .none: break
        case .read(let token): self.readTail(of: topic, token: token)
        case .deliver(let event): self.post(.append(event), of: topic)
        case .goLive: self.goLive(topic)
        case .replaceRing:
            guard let ring = self.feeds[topic]?.feed.ring else { return }
            self.pages.forgetPages(of: topic)
            self.post(.ring(topic, ring), of: topic)
        case .rollback(let token):
            guard let epoch = self.state.epoch else { return }
            self.bus.reportRollback(of: epoch)
            self.retryLater { self.update(topic) { $0.readAgain(token: token) } }
        }
    }

    private func goLive(_ topic: Topic) {
        guard let entry = self.feeds[topic] else { return }
        self.pages.forgetPages(of: topic)
        for (shard, generation) in entry.shards {
            self.mailboxes.post(self.live(topic, entry.feed, generation: generation), to: shard)
        }
    }

    /// A live feed is complete up to its read's clock, or up to what has arrived.
    private func live(_ topic: Topic, _ feed: TopicFeed, generation: Int) -> ShardOperation {
        .live(topic, feed.ring, verified: max(feed.verified, self.state.head), generation: generation)
    }

    private func readTail(of topic: Topic, token: Int) {
        self.counters.tailReads += 1
        self.reads.read(topic, .tail, limit: self.configuration.tailCount) { result in
            guard case .success(let page) = result, self.accepts(page) else {
                return self.retryLater { self.update(topic) { $0.readAgain(token: token) } }
            }
            self.update(topic) { $0.page(page, token: token) }
            self.mailboxes.flush()
        }
    }

    /// Whether a page is of the epoch in force. Which offsets are of its history is known before any feed goes live.
    private func accepts(_ page: LogPage) -> Bool {
        self.busEntered(page.epoch, clock: page.clock)
        guard page.epoch == self.state.epoch else { return false }
        if page.reigns != self.state.reigns { self.learn(page.reigns, clock: page.clock) }
        return true
    }

    /// Whether an offset is of the history as it is known. If not, a page says what that is now, or comes from another server.
    private func isOfHistory(_ offset: Offset) -> Bool {
        guard let reigns = self.state.reigns, !reigns.gave(offset) else { return true }
        guard !self.isAskingForReigns, let topic = self.feeds.topics.first else { return false }
        self.isAskingForReigns = true
        self.bus.read(topic, .tail, limit: 1).whenComplete { result in
            self.isAskingForReigns = false
            guard case .success(let page) = result, self.accepts(page), self.state.reigns != reigns else {
                return self.bus.reconnect()
            }
            self.mailboxes.flush()
        }
        return false
    }

    /// Another server may have taken over: all that is held is read anew, since it may be none of its history.
    private func learn(_ reigns: Reigns, clock: Offset) {
        let isFirst = self.state.reigns == nil
        self.state.learn(reigns, clock: clock)
        if !isFirst {
            self.counters.reigns += 1
            self.logger.notice("A new reign began: whoever was told of what it does not have is told so")
            for topic in self.feeds.topics {
                self.pages.forgetPages(of: topic)
                self.update(topic, hole: false) { $0.entered() }
            }
        }
        self.mailboxes.learn(reigns, clock: clock)
    }

    /// Tells the shards that listen to a topic.
    private func post(_ operation: ShardOperation, of topic: Topic) {
        guard let shards = self.feeds[topic]?.shards else { return }
        for shard in shards.keys { self.mailboxes.post(operation, to: shard) }
    }
}

/// What the bus tells, on its loop.
extension Partition: EventBusDelegate {
    func busSubscribed(_ topic: Topic) {
        // A topic that was left and taken up again may be acknowledged twice: its shards are told that it is read anew.
        self.update(topic, hole: false) { $0.subscribed() }
        self.mailboxes.flush()
    }

    func busReceived(_ change: LogChange) {
        switch change {
        case .appended(let event):
            guard self.isCurrent(event.id.epoch), self.isOfHistory(event.offset) else { return }
            self.update(event.topic) { $0.appended(event, head: self.state.head) }
            // Not up to the event itself: of an event of several topics, the others may still be under way.
            self.moveHead(to: event.offset.predecessor, of: event.topic)
        case .deleted(let topic, let last, let epoch):
            guard self.isCurrent(epoch), self.isOfHistory(last) else { return }
            self.update(topic) { $0.deleted(last: last) }
        case .retired(let topic, let last, let epoch):
            guard self.isCurrent(epoch), self.isOfHistory(last) else { return }
            self.update(topic) { $0.retired(last: last) }
        }
    }

    func busReceivedAll() { self.mailboxes.flush() }

    func busReached(_ position: EventID) {
        guard self.isCurrent(position.epoch), position.offset > self.state.head, self.isOfHistory(position.offset)
        else { return }
        self.state.moveHead(to: position.offset)
        self.mailboxes.announce(position.offset)
        self.mailboxes.flush()
    }

    func busEntered(_ epoch: Epoch, clock: Offset) {
        guard epoch > self.state.epoch ?? Epoch(rawValue: 0) else { return }
        if self.state.epoch != nil {
            self.counters.epochs += 1
            self.logger.warning("A new epoch began: every stream is told that events may be lost")
        }
        self.state.enter(epoch, clock: clock)
        self.mailboxes.enter(epoch, clock: clock)
        for topic in self.feeds.topics {
            self.pages.forgetPages(of: topic)
            self.update(topic) { $0.entered() }
        }
        self.mailboxes.flush()
    }

    func busLostSubscriptions() {
        self.counters.losses += 1
        for topic in self.feeds.topics {
            self.update(topic, hole: false) { feed in
                feed.lost()
                return .none
            }
        }
        self.mailboxes.flush()
    }

    /// Whether an epoch is the one in force; a higher one is, from now on.
    private func isCurrent(_ epoch: Epoch) -> Bool {
        self.busEntered(epoch, clock: .zero)
        return epoch == self.state.epoch
    }

    /// Everything up to here has arrived. An event that was news told its shards already; one that was not may be what
    /// a stream there waits for.
    private func moveHead(to offset: Offset, of topic: Topic) {
        guard self.state.moveHead(to: offset) else { return }
        self.mailboxes.reach(offset)
        for shard in (self.feeds[topic]?.shards ?? [:]).keys { self.mailboxes.announce(offset, to: shard) }
    }
}
