import DequeModule

/// A topic as one shard sees it: a copy of the feed's ring, and who listens here. Used only on the shard's loop.
final class ShardTopic {
    let topic: Topic
    /// Tells this attachment to the feed from earlier ones of the same topic.
    let generation: Int
    var isLive = false
    /// The feed's operations are heeded only from the first `live` of this attachment on.
    var isAttached = false
    var ring: ReplayRing
    var verified = Offset.zero
    /// Streams of this topic alone.
    var single = Roster()
    /// Streams of this topic and others.
    var several = Roster()
    /// Streams that are to be given this topic, once it is live.
    var joining = Roster()
    /// Deliveries to `single` that are not finished, in order.
    var deliveries: Deque<Delivery> = []
    /// Streams whose cursor is ahead of what is known, until the bus has been asked.
    var confirming: [Offset: [Subscriber]] = [:]
    /// The pages that streams of this shard hold.
    private(set) var pages = LivePages()
    /// How often pages were forgotten: those from before say nothing any longer.
    private(set) var pageGeneration = 0
    /// Streams that wait for the page after a place.
    private var waiting: [Offset: [Subscriber.Membership]] = [:]

    init(_ topic: Topic, generation: Int) {
        self.topic = topic
        self.generation = generation
        self.ring = ReplayRing(base: .zero, isWhole: false, limit: RingLimit())
    }

    var subscriberCount: Int { self.single.count + self.several.count + self.joining.count }

    func forEachSubscriber(_ body: (Subscriber) -> Void) {
        self.single.forEach(body)
        self.several.forEach(body)
    }

    /// What the ring knows of the topic after a place; `nil` if it begins only later, and a page says more.
    /// - Parameter head: All live feeds are complete up to here.
    func lane(after place: Offset, head: Offset) -> StreamMerge.Lane? {
        guard self.ring.base <= place || self.ring.isWhole else { return nil }
        return self.ringLane(after: place, through: max(head, self.verified))
    }

    /// What is known of the topic after a place that a page covers.
    func lane(of page: TopicPage, after place: Offset, head: Offset) -> StreamMerge.Lane {
        let end = max(head, self.verified)
        // A log that was trimmed up to the ring or beyond: what comes next is the ring's.
        if page.base > place, page.base >= self.ring.base { return self.ringLane(after: place, through: end) }
        // A page may hold what has yet to arrive here; that is for the ring to give, so that places never run ahead.
        return StreamMerge.Lane(
            events: page.events, index: page.events.firstIndex(after: place), gap: page.base > place ? page.base : nil,
            through: min(page.through, end), isRing: false)
    }

    private func ringLane(after place: Offset, through: Offset) -> StreamMerge.Lane {
        StreamMerge.Lane(
            events: self.ring.events, index: self.ring.events.firstIndex(after: place),
            gap: self.ring.base > place ? self.ring.base : nil, through: through)
    }

    /// Lets a stream wait for the page after a place.
    /// - Returns: Whether the page has to be asked for.
    func wait(_ subscriber: Subscriber, after place: Offset) -> Bool {
        self.waiting[place, default: []].append(subscriber.membership)
        return self.waiting[place]?.count == 1
    }

    /// Takes a page in.
    /// - Returns: The streams that waited for it, and how many requests it answers.
    func take(_ page: TopicPage) -> (streams: [Subscriber], requests: Int) {
        self.pages.insert(page)
        let answered = self.waiting.keys.filter { page.covers($0) || page.from == $0 }
        let waiting = answered.flatMap { self.waiting.removeValue(forKey: $0) ?? [] }
        return (waiting.compactMap(\.subscriber), answered.count)
    }

    /// No page is waited for any longer.
    /// - Returns: How many had been asked for.
    func forgetRequests() -> Int {
        defer { self.waiting = [:] }
        return self.waiting.count
    }

    func forgetPages() {
        self.pages.removeAll()
        self.pageGeneration += 1
    }

    /// Nothing is known any longer.
    func forgetAll() {
        self.isLive = false
        self.ring = ReplayRing(base: .zero, isWhole: false, limit: RingLimit())
        self.verified = .zero
        self.deliveries = []
        self.confirming = [:]
        self.forgetPages()
    }
}
