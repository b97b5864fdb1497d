import DequeModule

/// A topic as one shard sees it: a copy of the feed's ring, and who listens here. Used only on the shard's loop.
final class ShardTopic {
    let topic: Topic
    /// Tells this attachment to the feed from earlier ones of the same topic.
    let generation: Int
    /// The feed's operations are heeded only from the first `live` of this attachment on.
    private(set) var isAttached = false
    private(set) var isLive = false
    private(set) var ring: ReplayRing
    private(set) var verified = Offset.zero
    /// Streams of this topic alone.
    private(set) var single = Roster()
    /// Streams of this topic and others.
    private(set) var several = Roster()
    /// Streams that are to be given this topic, once it is live.
    private(set) var joining = Roster()
    /// The pages that streams of this shard hold.
    private(set) var pages = LivePages()
    /// How often pages were forgotten: those from before say nothing any longer.
    private(set) var pageGeneration = 0
    /// Deliveries to `single` that are not finished, in order.
    private var deliveries: Deque<Delivery> = []
    /// Streams whose cursor is ahead of what is known, until the bus has been asked.
    private var confirming: [Offset: [Subscriber]] = [:]
    /// Streams that wait for the page after a position.
    private var waiting: [Offset: [Subscriber.Membership]] = [:]

    init(_ topic: Topic, generation: Int) {
        self.topic = topic
        self.generation = generation
        self.ring = ReplayRing(base: .zero, isWhole: false, limit: RingLimit())
    }

    // MARK: - What the feed tells

    /// The feed is complete up to `verified`, and live from there on.
    func goLive(_ ring: ReplayRing, verified: Offset) {
        self.isAttached = true
        self.isLive = true
        self.verified = verified
        self.replaceRing(ring)
    }

    func replaceRing(_ ring: ReplayRing) {
        self.ring = ring
        self.forgetPages()
    }

    /// Takes the next event.
    /// - Returns: Whether the feed is live, so that the event is to be delivered.
    func append(_ event: Event) -> Bool {
        guard self.isAttached, self.isLive else { return false }
        self.ring.append(event)
        return true
    }

    /// The feed may miss something. Deliveries that are not finished go no further.
    func suspend() {
        self.isLive = false
        self.deliveries = []
    }

    /// Nothing is known any longer.
    func forgetAll() {
        self.suspend()
        self.ring = ReplayRing(base: .zero, isWhole: false, limit: RingLimit())
        self.verified = .zero
        self.confirming = [:]
        self.forgetPages()
    }

    private func forgetPages() {
        self.pages.removeAll()
        self.pageGeneration += 1
    }

    // MARK: - Who listens

    var subscriberCount: Int { self.single.count + self.several.count + self.joining.count }

    func forEachSubscriber(_ body: (Subscriber) -> Void) {
        self.single.forEach(body)
        self.several.forEach(body)
    }

    /// Lists a stream.
    /// - Parameter isOnly: Whether this is its only topic.
    /// - Returns: Its slot.
    func enlist(_ subscriber: Subscriber, isOnly: Bool) -> Int {
        isOnly ? self.single.insert(subscriber) : self.several.insert(subscriber)
    }

    /// Takes a stream from the list.
    func delist(_ slot: Int, isOnly: Bool) {
        if isOnly { self.single.remove(at: slot) } else { self.several.remove(at: slot) }
    }

    /// A stream is to be given this topic.
    /// - Returns: Its slot among those.
    func await(_ subscriber: Subscriber) -> Int { self.joining.insert(subscriber) }

    /// A stream has been given this topic, or will not be.
    func admit(_ slot: Int) { self.joining.remove(at: slot) }

    /// Lets a stream wait until the bus was asked about a position.
    func confirm(_ subscriber: Subscriber, after position: Offset) {
        self.confirming[position, default: []].append(subscriber)
    }

    /// The bus was asked about a position.
    /// - Returns: The streams that waited for it.
    func takeConfirmed(_ position: Offset) -> [Subscriber] {
        self.confirming.removeValue(forKey: position) ?? []
    }

    // MARK: - Deliveries

    /// Whether some streams have yet to be given what others have.
    var isSliced: Bool { !self.deliveries.isEmpty }

    /// Adds a delivery.
    /// - Returns: Whether it is the only one.
    func append(_ delivery: Delivery) -> Bool {
        self.deliveries.append(delivery)
        return self.deliveries.count == 1
    }

    /// Takes out the oldest delivery.
    func takeDelivery() -> Delivery? { self.deliveries.popFirst() }

    /// Puts back the delivery that was taken out.
    func putBack(_ delivery: Delivery) { self.deliveries.prepend(delivery) }

    // MARK: - What is known

    /// What the ring knows of the topic after a position; `nil` if it begins only later, and a page says more.
    /// - Parameter head: All live feeds are complete up to here.
    func lane(after position: Offset, head: Offset) -> StreamMerge.Lane? {
        guard self.ring.base <= position || self.ring.isWhole else { return nil }
        return self.ringLane(after: position, through: max(head, self.verified))
    }

    /// What is known of the topic after a position that a page covers.
    func lane(of page: TopicPage, after position: Offset, head: Offset) -> StreamMerge.Lane {
        let end = max(head, self.verified)
        // A log that was trimmed up to the ring or beyond: what comes next is the ring's.
        if page.base > position, page.base >= self.ring.base { return self.ringLane(after: position, through: end) }
        // A page may hold what has yet to arrive here; that is for the ring to give, so that positions never run ahead.
        return StreamMerge.Lane(
            events: page.events, index: page.events.firstIndex(after: position), start: position,
            gap: page.base > position ? page.base : nil,
            through: min(page.through, end), isRing: false)
    }

    private func ringLane(after position: Offset, through: Offset) -> StreamMerge.Lane {
        StreamMerge.Lane(
            events: self.ring.events, index: self.ring.events.firstIndex(after: position), start: position,
            gap: self.ring.base > position ? self.ring.base : nil, through: through)
    }

    /// Lets a stream wait for the page after a position.
    /// - Returns: Whether the page has to be asked for.
    func wait(_ subscriber: Subscriber, after position: Offset) -> Bool {
        self.waiting[position, default: []].append(subscriber.membership)
        return self.waiting[position]?.count == 1
    }

    /// Takes in a page.
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
}
