@testable import HubCore

/// What a client of a simulated cluster was told, held against what was published.
struct Verdict: CustomStringConvertible {
    /// The time during which a client had a topic, over all its connections.
    private struct Window {
        let topic: Topic
        /// Every event after this place is due.
        let from: Offset
        /// The last place that the client was told of, which proves what is before it to have been sent.
        var told = Offset.zero
        /// It is over, so that nothing after `told` is due.
        var isOver = false
        /// The log held nothing up to here when it was over: a gap that was still to be told.
        var trimmed = Offset.zero
        var received: Set<Offset> = []
        /// The end of the last gap that was told.
        var gapEnd = Offset.zero
        /// The stream began before the bus was met, so that it can't be proved where.
        var isBlind = false

        func misses(_ event: Event) -> Bool {
            event.topic == self.topic && event.offset > max(self.from, self.gapEnd)
                && (!self.isOver || (event.offset <= self.told && event.offset > self.trimmed))
                && !self.received.contains(event.offset)
        }
    }

    private(set) var doubled: [EventID] = []
    private(set) var outOfOrder: [EventID] = []
    private(set) var unasked: [SimulatedClient.Item] = []
    private(set) var lost: [Event] = []
    private(set) var needlessResets: [SimulatedClient.Item] = []
    private(set) var resets = 0
    private(set) var received = 0
    private(set) var changes = 0
    private(set) var replays = 0
    private var place: Offset
    private var seen: Set<Offset> = []
    private var windows: [Topic: Window] = [:]
    private var windowsOver: [Window] = []
    private let history: [Event]
    private let topicsOfEvents: [Offset: Set<Topic>]

    /// Holds a client against the history.
    /// - Parameters:
    ///   - start: Where the client began.
    ///   - history: All events that were ever published and not rolled back.
    init(_ client: SimulatedClient, from start: Offset, history: [Event]) {
        self.place = start
        self.history = history
        self.topicsOfEvents = history.reduce(into: [:]) { $0[$1.offset, default: []].insert($1.topic) }
        for topic in client.firstTopics { self.windows[topic] = Window(topic: topic, from: start) }
        for (index, item) in client.items.enumerated() {
            switch item {
            case .event(let id, let topic): self.take(id, topic, item)
            case .reset(let topic, let reason, let requested, let cursor):
                // A reset without a cursor of its own is settled by what follows it.
                let end = client.items[index...].lazy.compactMap(\.place).first
                self.take(item, of: topic, reason, requested, end: end, cursor)
            case .connected(let place):
                self.place = place
                self.seen = self.seen.filter { $0 <= place }
            case .began(let dues, let cursor, let isBlind): self.begin(dues, cursor, isBlind)
            case .subscribed(let topic, let from, let cursor): self.open(topic, from, cursor)
            case .unsubscribed(let topic, let trimmed): self.close(topic, trimmed)
            }
        }
        let windows = self.windowsOver + self.windows.values
        self.lost = history.filter { event in windows.contains { $0.misses(event) } }
    }

    private mutating func take(_ id: EventID, _ topic: Topic, _ item: SimulatedClient.Item) {
        self.received += 1
        if !self.seen.insert(id.offset).inserted { self.doubled.append(id) }
        if id.offset <= self.place { self.outOfOrder.append(id) }
        self.place = max(self.place, id.offset)
        if self.windows[topic] == nil { self.unasked.append(item) }
        let topics = self.topicsOfEvents[id.offset] ?? []
        for topic in self.windows.keys {
            self.tell(id.offset, topic)
            if topics.contains(topic) { self.windows[topic]?.received.insert(id.offset) }
        }
    }

    private mutating func take(
        _ item: SimulatedClient.Item, of topic: Topic, _ reason: ResetNotice.Reason, _ requested: String,
        end: Offset?, _ cursor: Cursor?
    ) {
        self.resets += 1
        if self.windows[topic] == nil { self.unasked.append(item) }
        guard let end else { return }
        if reason == .lost {
            // Another epoch, in which everything that there is of the topic comes again.
            if end < self.place { (self.place, self.seen) = (end, []) }
            self.seen = self.seen.filter { $0 <= end || self.topicsOfEvents[$0]?.contains(topic) != true }
        }
        // What was told before is not told again, unless the client has dropped before it could note it.
        let told = self.windows[topic].map { $0.gapEnd <= self.place ? $0.gapEnd : .zero } ?? .zero
        let from = max(Cursor(requested)?.id.offset ?? .zero, told)
        if cursor != nil { self.place = max(self.place, end) }
        self.windows[topic]?.gapEnd = end
        let isBlind = self.windows[topic]?.isBlind ?? false
        self.windows[topic]?.isBlind = false
        if requested == "latest", !isBlind { self.needlessResets.append(item) }
        // No proof reaches across epochs: a reset is due whatever was missed.
        let isOfAnotherEpoch = Cursor(requested)?.id.epoch != cursor?.id.epoch
        if reason == .lost, isOfAnotherEpoch || isBlind { return }
        let isNeedless = !self.history.contains { $0.topic == topic && $0.offset > from && $0.offset <= end }
        if isNeedless { self.needlessResets.append(item) }
    }

    /// A connection without a cursor begins; nothing is known of an earlier one.
    private mutating func begin(_ dues: [Topic: Offset], _ cursor: Cursor?, _ isBlind: Bool) {
        for topic in Array(self.windows.keys) { self.close(topic, .maximum) }
        for (topic, due) in dues {
            self.windows[topic] = Window(topic: topic, from: due, isBlind: isBlind)
        }
        self.place = cursor?.id.offset ?? .zero
        self.seen = []
    }

    /// The client is told of a place: what is before it was sent.
    private mutating func tell(_ place: Offset, _ topic: Topic) {
        guard let told = self.windows[topic]?.told else { return }
        self.windows[topic]?.told = max(told, place)
    }

    private mutating func open(_ topic: Topic, _ from: Offset, _ cursor: Cursor?) {
        self.changes += 1
        self.windows[topic] = Window(topic: topic, from: from)
        // The topic's own events may come again, if the client asks for them, and nobody else's.
        let first = min(from, cursor?.id.offset ?? from)
        self.seen = self.seen.filter { $0 <= first || self.topicsOfEvents[$0]?.contains(topic) != true }
        let beginning = cursor?.id.offset ?? .zero
        guard beginning < self.place else { return }
        self.replays += 1
        self.place = beginning
    }

    private mutating func close(_ topic: Topic, _ trimmed: Offset) {
        self.changes += 1
        guard var window = self.windows.removeValue(forKey: topic) else { return }
        window.isOver = true
        window.trimmed = trimmed
        self.windowsOver.append(window)
    }

    var isGood: Bool {
        self.doubled.isEmpty && self.outOfOrder.isEmpty && self.unasked.isEmpty && self.lost.isEmpty
            && self.needlessResets.isEmpty
    }

    var description: String {
        "received \(self.received), lost \(self.lost.count) from \(self.lost.first.map { "\($0.id)" } ?? "-"), "
            + "unasked \(self.unasked.prefix(2)), doubled \(self.doubled.prefix(2)), out of order \(self.outOfOrder.prefix(2)), resets \(self.resets), "
            + "needless resets \(self.needlessResets.prefix(2))"
    }
}

extension SimulatedClient.Item {
    var isReset: Bool {
        if case .reset = self { true } else { false }
    }

    /// The place after it.
    var place: Offset? {
        switch self {
        case .event(let id, _): id.offset
        case .reset(_, _, _, let cursor): cursor?.id.offset
        case .connected, .began, .subscribed, .unsubscribed: nil
        }
    }
}
