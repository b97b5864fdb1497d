/// What one process knows of one topic: a state machine that turns what a bus tells, which may have holes, into a
/// sequence of events that has none.
///
/// Subscribe, then read, then splice: entries that arrive while the log's tail is being read wait, and those that the
/// tail already holds are dropped. From then on each entry must name the last one as its previous; one that
/// does not shows a hole, and the tail is read again before anything more is delivered.
struct TopicFeed {
    /// What the caller has to do next.
    enum Action {
        case none
        /// Read the tail of the log and give it to `page`, with this token.
        case read(token: Int)
        /// Give the event to the subscribers.
        case deliver(Event)
        /// The feed is complete up to `verified`: subscribers may go on from the ring.
        case goLive
        /// The feed is live, but its ring was emptied.
        case replaceRing
        /// Entries that had been seen are gone: report it, and read the tail again after a while.
        case rollback(token: Int)
    }

    private enum State {
        case subscribing
        case reading(token: Int)
        case live
    }

    private var state = State.subscribing
    private var nextToken: Int
    private let limit: RingLimit
    /// What arrived since the read that is under way was asked for.
    private var backlog: EventBacklog
    /// The newest events.
    private(set) var ring: ReplayRing
    /// No event of the topic up to here is missing from the ring but older ones.
    private(set) var verified = Offset.zero
    /// Whether the topic is there; the first event of one that isn't follows the floor and no earlier event.
    private(set) var exists = false

    /// Makes the feed of a topic that is being subscribed to.
    /// - Parameters:
    ///   - limit: How much the ring holds.
    ///   - backlogLimit: How much of what arrives during a read waits for its answer.
    ///   - generation: Tells this feed's reads from those of an earlier feed of the same topic, which may still be answered.
    init(limit: RingLimit, backlogLimit: RingLimit = RingLimit(), generation: Int = 0) {
        self.nextToken = generation << 32
        self.limit = limit
        self.backlog = EventBacklog(limit: backlogLimit)
        self.ring = ReplayRing(base: .zero, isWhole: false, limit: limit)
    }

    var isLive: Bool {
        if case .live = self.state { true } else { false }
    }

    /// The bus acknowledged the subscription.
    mutating func subscribed() -> Action {
        self.readAnew()
    }

    /// The subscription is lost; an acknowledgement will follow.
    mutating func lost() {
        self.state = .subscribing
        self.backlog.removeAll()
    }

    /// Another epoch is in force: nothing that was known holds any longer.
    mutating func entered() -> Action {
        self.ring = ReplayRing(base: .zero, isWhole: false, limit: self.limit)
        self.verified = .zero
        self.exists = false
        if case .subscribing = self.state { return .none }
        return self.readAnew()
    }

    /// The read with this token failed, or a rollback was reported: reads once more.
    mutating func readAgain(token: Int) -> Action {
        guard case .reading(token) = self.state else { return .none }
        return self.read()
    }

    /// An entry arrived.
    /// - Parameter head: Everything of all topics up to here has arrived.
    mutating func appended(_ event: Event, head: Offset) -> Action {
        switch self.state {
        case .subscribing:
            return .none
        case .reading:
            self.backlog.append(event)
            return .none
        case .live:
            return self.splice(event, head: head)
        }
    }

    /// The tail of the log was read.
    mutating func page(_ page: LogPage, token: Int) -> Action {
        guard case .reading(token) = self.state else { return .none }
        guard !self.contradicts(page) else {
            let action = self.read()
            guard case .read(let token) = action else { return action }
            return .rollback(token: token)
        }
        // Events were let go that the page does not know yet: the next one will.
        guard page.clock >= self.backlog.forgotten else { return self.read() }
        self.ring = ReplayRing(tail: page, limit: self.limit)
        self.verified = page.clock
        self.exists = page.last != nil
        self.state = .live
        while let event = self.backlog.popFirst() {
            guard event.offset > page.clock else { continue }
            switch self.splice(event, head: page.clock) {
            case .deliver, .none: continue
            case let other: return other
            }
        }
        self.backlog.removeAll()
        return .goLive
    }

    /// The topic's log was dropped.
    mutating func deleted(last: Offset) -> Action {
        guard case .live = self.state else { return self.readOnceMore() }
        guard last == self.ring.last || !self.exists else { return self.readAnew() }
        self.ring.removeAll(last: last, isKept: true)
        return .replaceRing
    }

    /// The topic was forgotten, since all its events had passed their age.
    mutating func retired(last: Offset) -> Action {
        guard case .live = self.state else { return self.readOnceMore() }
        guard last == self.ring.last || !self.exists else { return self.readAnew() }
        self.ring.removeAll(last: last, isKept: false)
        self.exists = false
        return .replaceRing
    }

    /// The read that is under way may have been carried out before the log changed.
    private mutating func readOnceMore() -> Action {
        guard case .reading = self.state else { return .none }
        return self.read()
    }

    /// Reads, and lets what has arrived wait for it.
    private mutating func read() -> Action {
        self.nextToken += 1
        self.state = .reading(token: self.nextToken)
        return .read(token: self.nextToken)
    }

    /// Reads what has arrived as well.
    private mutating func readAnew() -> Action {
        self.backlog.removeAll()
        return self.read()
    }

    private mutating func splice(_ event: Event, head: Offset) -> Action {
        let last = self.ring.last
        if event.offset <= last {
            // Above the ring's base, an offset that the ring does not hold was given to another event before.
            guard event.offset > self.ring.base, !self.ring.contains(event.offset) else { return .none }
            return self.rollback()
        }
        if self.follows(event, last: last, head: head) {
            self.ring.append(event)
            self.exists = true
            return .deliver(event)
        }
        guard event.previous >= last else { return self.rollback() }
        self.backlog.prepend(event)
        return self.read()
    }

    private func follows(_ event: Event, last: Offset, head: Offset) -> Bool {
        guard !self.exists else { return event.previous == last }
        return event.previous >= last && event.previous <= max(self.verified, head)
    }

    private mutating func rollback() -> Action {
        guard case .read(let token) = self.readAnew() else { return .none }
        return .rollback(token: token)
    }

    /// Whether the log has lost something that this feed had seen.
    private func contradicts(_ page: LogPage) -> Bool {
        let last = self.ring.last
        if let pageLast = page.last {
            if pageLast < last { return true }
        } else if page.floor < last {
            return true
        }
        guard self.exists, let next = page.entries.first(where: { $0.offset > last }) else { return false }
        return next.previous < last
    }
}
