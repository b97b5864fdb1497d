@testable import HubCore

/// What a client of a simulated cluster was told, held against what was published.
struct Verdict: CustomStringConvertible {
    /// The time during which a client had a topic, over all its connections.
    private struct Window {
        /// Every event up to here was received, told to be missing, or not due; those after it are counted from `next` on.
        var checked: Offset
        var next = 0
        var received: Set<Offset> = []
        /// What is missing up to here was told.
        var told = Offset.zero
        /// The same, unless the client has dropped since and may meet the same gap again.
        var toldHere = Offset.zero
        /// The stream began before the bus was met, so that it can't be proved where.
        var isBlind = false

        init(from position: Offset, isBlind: Bool = false) {
            self.checked = position
            self.isBlind = isBlind
        }

        /// The client comes to a position: with it as its cursor it would be told nothing of what is before.
        /// - Returns: The events of the topic before the position that it has neither received nor been told of.
        mutating func advance(to position: Offset, _ events: [Event]) -> [Event] {
            var missed: [Event] = []
            while self.next < events.count, events[self.next].offset <= position {
                let event = events[self.next]
                self.next += 1
                guard event.offset > self.checked, event.offset > self.told else { continue }
                if !self.received.contains(event.offset) { missed.append(event) }
            }
            return missed
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
    private var position: Offset
    private var seen: Set<Offset> = []
    private var windows: [Topic: Window] = [:]
    private let history: [Topic: [Event]]
    private let topicsOfEvents: [Offset: Set<Topic>]

    /// Holds a client against the history.
    /// - Parameters:
    ///   - start: Where the client began.
    ///   - history: All events that were ever published and not rolled back.
    init(_ client: SimulatedClient, from start: Offset, history: [Event]) {
        self.position = start
        self.history = Dictionary(grouping: history, by: \.topic)
        self.topicsOfEvents = history.reduce(into: [:]) { $0[$1.offset, default: []].insert($1.topic) }
        for topic in client.firstTopics { self.windows[topic] = Window(from: start) }
        for (index, item) in client.items.enumerated() {
            switch item {
            case .event(let id, let topic): self.take(id, topic, item)
            case .reset(let topic, let reason, let requested, let end, let cursor):
                // A reset without a cursor of its own is settled by other topics' that follow it at once.
                let rest = client.items[(index + 1)...].lazy
                let settled = rest.prefix { $0.isReset(ofOtherThan: topic) }.compactMap(\.position).first
                let start = cursor?.id.offset ?? settled ?? rest.compactMap(\.position).first?.predecessor
                let told = max(end, cursor?.id.offset ?? settled ?? .zero)
                self.take(item, of: topic, reason, requested, end: told, start: start, cursor)
            case .connected(let position):
                self.position = position
                self.seen = self.seen.filter { $0 <= position }
                for topic in self.windows.keys where self.windows[topic]?.toldHere ?? .zero > position {
                    self.windows[topic]?.toldHere = .zero
                }
            case .began(let dues, let cursor, let isBlind): self.begin(dues, cursor, isBlind)
            case .subscribed(let topic, let from, let cursor): self.open(topic, from, cursor)
            case .unsubscribed(let topic): self.close(topic)
            }
        }
        self.advance(to: .maximum)
    }

    /// The client is told of a position.
    private mutating func advance(to position: Offset) {
        for topic in self.windows.keys {
            self.lost += self.windows[topic]?.advance(to: position, self.history[topic] ?? []) ?? []
        }
    }

    private mutating func take(_ id: EventID, _ topic: Topic, _ item: SimulatedClient.Item) {
        self.received += 1
        if !self.seen.insert(id.offset).inserted { self.doubled.append(id) }
        if id.offset <= self.position { self.outOfOrder.append(id) }
        self.position = max(self.position, id.offset)
        if self.windows[topic] == nil { self.unasked.append(item) }
        let topics = self.topicsOfEvents[id.offset] ?? []
        for topic in topics { self.windows[topic]?.received.insert(id.offset) }
        self.advance(to: id.offset)
    }

    private mutating func take(
        _ item: SimulatedClient.Item, of topic: Topic, _ reason: ResetNotice.Reason, _ requested: String,
        end: Offset, start: Offset?, _ cursor: Cursor?
    ) {
        self.resets += 1
        if self.windows[topic] == nil { self.unasked.append(item) }
        if reason == .lost, let start {
            // Another epoch, in which everything that there is of the topic comes again.
            if start < self.position { (self.position, self.seen) = (start, []) }
            self.seen = self.seen.filter { $0 <= start || self.topicsOfEvents[$0]?.contains(topic) != true }
        }
        let from = max(Cursor(requested)?.id.offset ?? .zero, self.windows[topic]?.toldHere ?? .zero)
        self.windows[topic]?.told = end
        self.windows[topic]?.toldHere = end
        if let cursor {
            self.position = max(self.position, cursor.id.offset)
            self.advance(to: cursor.id.offset)
        }
        let isBlind = self.windows[topic]?.isBlind ?? false
        self.windows[topic]?.isBlind = false
        if requested == "latest", !isBlind { self.needlessResets.append(item) }
        // No proof reaches across epochs: a reset is due whatever was missed.
        let isOfAnotherEpoch = Cursor(requested)?.id.epoch != cursor?.id.epoch
        if reason == .lost, isOfAnotherEpoch || isBlind { return }
        let isNeedless = self.history[topic]?.contains { $0.offset > from && $0.offset <= end } != true
        if isNeedless { self.needlessResets.append(item) }
    }

    /// A connection without a cursor begins; nothing is known of an earlier one.
    private mutating func begin(_ dues: [Topic: Offset], _ cursor: Cursor?, _ isBlind: Bool) {
        for topic in Array(self.windows.keys) { self.close(topic) }
        for (topic, due) in dues { self.windows[topic] = Window(from: due, isBlind: isBlind) }
        self.position = cursor?.id.offset ?? .zero
        self.seen = []
    }

    private mutating func open(_ topic: Topic, _ from: Offset, _ cursor: Cursor?) {
        self.changes += 1
        self.windows[topic] = Window(from: from)
        // The topic's own events may come again, if the client asks for them, and nobody else's.
        let first = min(from, cursor?.id.offset ?? from)
        self.seen = self.seen.filter { $0 <= first || self.topicsOfEvents[$0]?.contains(topic) != true }
        let beginning = cursor?.id.offset ?? .zero
        guard beginning < self.position else { return }
        self.replays += 1
        self.position = beginning
    }

    private mutating func close(_ topic: Topic) {
        self.changes += 1
        self.windows[topic] = nil
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

    func isReset(ofOtherThan topic: Topic) -> Bool {
        if case .reset(let other, _, _, _, _) = self { other != topic } else { false }
    }

    /// The position after it.
    var position: Offset? {
        switch self {
        case .event(let id, _): id.offset
        case .reset(_, _, _, _, let cursor): cursor?.id.offset
        case .connected, .began, .subscribed, .unsubscribed: nil
        }
    }
}
