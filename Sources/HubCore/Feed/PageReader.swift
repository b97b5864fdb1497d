import NIOCore

/// Reads pages of logs for streams that are behind what is held in memory: each page once for all who want it.
///
/// Sendable is safe without a check: all stored state is touched only on the bus's loop, where the methods are called and
/// reads are answered.
final class PageReader: @unchecked Sendable {
    /// How long after a failure the log is read again.
    static let retryDelay = TimeAmount.milliseconds(250)

    /// How much memory pages may take.
    let budget: PageBudget
    private let eventLoop: any EventLoop
    private let reads: LogReadQueue
    private let mailboxes: ShardMailboxes
    private let pageCount: Int
    /// Says whether a page is of the epoch in force.
    private var isCurrent: (LogPage) -> Bool = { _ in false }
    private var sweeps: [Topic: PageSweep] = [:]
    private var recentPages = RecentPages()
    /// How many pages were read.
    private(set) var readCount = 0

    init(
        on eventLoop: any EventLoop, _ reads: LogReadQueue, _ mailboxes: ShardMailboxes,
        _ configuration: FanOutConfiguration
    ) {
        self.eventLoop = eventLoop
        self.reads = reads
        self.mailboxes = mailboxes
        self.pageCount = configuration.pageCount
        self.budget = PageBudget(limit: configuration.pageByteCount)
    }

    /// Begins to work.
    /// - Parameter isCurrent: Says whether a page is of the epoch in force; is told of every page that is read.
    func start(_ isCurrent: @escaping (LogPage) -> Bool) {
        self.isCurrent = isCurrent
    }

    /// A shard needs so many events, or what there is, after a position.
    func request(_ topic: Topic, after position: Offset, wanted: Int, shard: Int) {
        var sweep = self.sweeps.removeValue(forKey: topic) ?? PageSweep(pageCount: self.pageCount)
        let (page, action) = sweep.request(after: position, wanted: wanted, shard: shard)
        self.sweeps[topic] = sweep
        if let page { self.mailboxes.post(.page(topic, page), to: shard) }
        self.perform(action, for: topic)
        self.mailboxes.flush()
    }

    /// The log was dropped, replaced, or belongs to another epoch: pages of before say nothing any longer.
    func forgetPages(of topic: Topic) {
        self.sweeps[topic]?.forgetPages()
    }

    /// Nobody listens to the topic any longer.
    func forget(_ topic: Topic) {
        self.sweeps[topic] = nil
    }

    /// A second has passed.
    func age() {
        self.recentPages.age()
    }

    private func perform(_ action: PageSweep.Action, for topic: Topic) {
        guard case .read(let position, let limit) = action else { return }
        self.readCount += 1
        self.reads.read(topic, .after(position), limit: limit) { result in
            guard self.sweeps[topic] != nil else { return }
            guard case .success(let page) = result, self.isCurrent(page) else { return self.retry(topic) }
            self.finish(TopicPage(from: position, page, budget: self.budget), for: topic)
        }
    }

    private func retry(_ topic: Topic) {
        self.sweeps[topic]?.fail()
        self.eventLoop.scheduleTask(in: Self.retryDelay) {
            guard let action = self.sweeps[topic]?.retry() else { return }
            self.perform(action, for: topic)
            self.mailboxes.flush()
        }
    }

    private func finish(_ page: TopicPage, for topic: Topic) {
        guard let (shards, action) = self.sweeps[topic]?.finish(page) else { return }
        self.recentPages.insert(page)
        if self.budget.isExceeded { self.recentPages.removeAll() }
        for shard in shards { self.mailboxes.post(.page(topic, page), to: shard) }
        self.perform(action, for: topic)
        self.mailboxes.flush()
    }
}
