import DequeModule

/// The pages that the streams of one loop hold while they are behind their topics' rings.
///
/// A stream that holds pages keeps them until it has used them, so that its merge always gets on with what it has and no page
/// is read twice for it. What keeps memory bounded is the number of streams that hold any: beyond the budget all but one
/// give back what they hold, and wait until they are let in again in the order in which they gave it back.
final class CatchUpPages {
    /// How long a stream that takes nothing keeps its pages, in ticks of the shard.
    private static let idleTickLimit = 20
    /// The fewest events of a topic that are worth a read.
    private static let leastShare = 16

    private let shard: Int
    private let partition: Partition
    private let view: PartitionView
    private var holders = Roster()
    private var applicants: Deque<Subscriber.Membership> = []
    /// The one that goes on while the budget is exceeded.
    private var lead: Subscriber?
    /// How many pages have been asked for and are not there yet.
    private var requestedCount = 0

    init(of partition: Partition, shard: Int, _ view: PartitionView) {
        self.partition = partition
        self.shard = shard
        self.view = view
    }

    /// What is known of a topic after a position; `nil` if the stream has to wait for a page.
    /// - Parameter index: The topic's, among the stream's.
    func lane(
        of topic: ShardTopic, _ index: Int, after position: Offset, for subscriber: Subscriber
    ) -> StreamMerge.Lane? {
        let head = self.view.state.head
        if let lane = topic.lane(after: position, head: head) { return lane }
        return self.page(of: topic, index, after: position, for: subscriber).map {
            topic.lane(of: $0, after: position, head: head)
        }
    }

    private func page(
        of topic: ShardTopic, _ index: Int, after position: Offset, for subscriber: Subscriber
    ) -> TopicPage? {
        guard subscriber.pages != nil || self.admit(subscriber) else { return nil }
        if let page = subscriber.pages?.page(of: topic, index, covering: position) { return page }
        if let page = topic.pages.page(covering: position) {
            subscriber.pages { $0.hold(page, of: topic, index) }
            return page
        }
        let start = subscriber.pages?.nextPage(of: topic, index, after: position) ?? position
        guard subscriber.pages({ $0.await(index) }) == true, topic.wait(subscriber, after: start) else { return nil }
        self.requestedCount += 1
        self.partition.requestPage(
            of: topic.topic, after: start, wanted: self.share(of: subscriber), shard: self.shard)
        return nil
    }

    /// How many events of each of its topics a stream has a use for: one that ends after a few wants twice its even share of
    /// them, since topics are not alike.
    private func share(of subscriber: Subscriber) -> Int {
        let limit = subscriber.outlet.eventLimit
        let share = limit / max(1, subscriber.topics.count)
        return min(limit, share > .max / 2 ? .max : max(Self.leastShare, 2 * share))
    }

    /// Gives a page to those who wait for it.
    /// - Returns: The streams that can go on.
    func take(_ page: TopicPage, of topic: ShardTopic) -> [Subscriber] {
        let (waiting, answered) = topic.take(page)
        self.requestedCount -= answered
        return waiting.filter { subscriber in
            // One that gave its pages back meanwhile looks anew at what it needs.
            guard subscriber.pages != nil else { return true }
            guard let index = subscriber.index(of: topic) else { return false }
            return subscriber.pages { pages in
                pages.hold(page, of: topic, index)
                return pages.arrived(index)
            } == true
        }
    }

    /// Whether a stream may have its turn; one that may not waits until it is let in again.
    func hasTurn(_ subscriber: Subscriber) -> Bool {
        guard subscriber.pages != nil else { return true }
        subscriber.pages { $0.use() }
        guard self.partition.pageBudget.isExceeded else { return true }
        self.lead = self.lead ?? subscriber
        guard self.lead !== subscriber else { return true }
        self.release(subscriber)
        self.apply(subscriber)
        return false
    }

    /// Lets in the stream that has waited longest, if there is room.
    func nextApplicant() -> Subscriber? {
        while !self.applicants.isEmpty, self.hasRoom {
            guard let subscriber = self.applicants.removeFirst().subscriber else { continue }
            self.letIn(subscriber)
            return subscriber
        }
        return nil
    }

    /// A stream needs no page any longer.
    func release(_ subscriber: Subscriber) {
        guard let slot = subscriber.pages?.slot else { return }
        self.holders.remove(at: slot)
        subscriber.releasePages()
        if self.lead === subscriber { self.lead = nil }
    }

    /// No page of a topic is waited for any longer.
    func forgetRequests(of topic: ShardTopic) {
        self.requestedCount -= topic.forgetRequests()
    }

    /// Takes the pages of streams that have not used them for a while, or not lately while memory is short.
    func tick() {
        let limit = self.partition.pageBudget.isExceeded ? 2 : Self.idleTickLimit
        self.holders.forEach { subscriber in
            subscriber.pages { $0.tick() }
            if let pages = subscriber.pages, pages.idleTicks >= limit { self.release(subscriber) }
        }
    }

    private var hasRoom: Bool {
        self.holders.isEmpty || self.partition.pageBudget.hasRoom(besides: self.requestedCount)
    }

    private func admit(_ subscriber: Subscriber) -> Bool {
        guard self.applicants.isEmpty, self.hasRoom else {
            self.apply(subscriber)
            return false
        }
        self.letIn(subscriber)
        return true
    }

    private func apply(_ subscriber: Subscriber) {
        if subscriber.apply() { self.applicants.append(subscriber.membership) }
    }

    private func letIn(_ subscriber: Subscriber) {
        let slot = self.holders.insert(subscriber)
        subscriber.admit(HeldPages(slot: slot, topicCount: subscriber.topics.count))
    }
}
