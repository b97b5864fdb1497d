import DequeModule
import HeapModule

/// The logs of all topics of one process: gives offsets, keeps each topic's newest events, and forgets by count and age.
///
/// A value without a clock of its own, so that it can be tested at any time of day.
struct MemoryLog {
    /// How much is kept of each topic.
    struct Retention: Sendable {
        /// The most events of a topic.
        var count: Int
        /// The longest time that an event is kept, in milliseconds.
        var age: UInt64
    }

    private struct Entry {
        var events: Deque<Event> = []
        var last: Offset
    }

    /// A topic, and the last offset that it had when it was looked at last.
    private struct Age: Comparable {
        let last: Offset
        let topic: Topic

        static func < (left: Age, right: Age) -> Bool { left.last < right.last }
        static func == (left: Age, right: Age) -> Bool { left.last == right.last }
    }

    private static let keyLifetime: UInt64 = 10 * 60 * 1000

    private(set) var epoch: Epoch
    private let retention: Retention
    private(set) var clock: Offset
    private(set) var reigns: Reigns
    private(set) var floor = Offset.zero
    private var entries: [Topic: Entry] = [:]
    /// The topics of all entries, in the order of their names.
    private var index = TopicIndex()
    /// The same topics, each once, those first that may have to be retired first. A topic that is published again keeps its position
    /// until it is looked at, so that publishing does not pay for it.
    private var ages = Heap<Age>()
    private var retiredTopics: RetiredTopics
    private var keys: [IdempotencyKey: Offset] = [:]
    private var keysByAge: Deque<(key: IdempotencyKey, expires: UInt64)> = []

    /// Makes an empty log.
    /// - Parameters:
    ///   - epoch: Names this history.
    ///   - retention: How much is kept of each topic.
    ///   - now: Milliseconds since 1970.
    ///   - remembered: Of how many retired topics the last offset is kept.
    init(epoch: Epoch, retention: Retention, now: UInt64, remembered: Int = RetiredTopics.limit) {
        let clock = Offset(rawValue: now << Offset.sequenceBits)
        self.init(epoch: epoch, retention: retention, clock: clock, remembered: remembered)
    }

    /// Makes an empty log that has given offsets up to `clock`.
    init(epoch: Epoch, retention: Retention, clock: Offset, remembered: Int = RetiredTopics.limit) {
        self.epoch = epoch
        self.retiredTopics = RetiredTopics(limit: remembered)
        self.retention = retention
        self.clock = clock
        self.reigns = Reigns(tag: clock.tag)
    }

    /// Takes over from the log that this one is a copy of, which may go on by itself.
    /// - Parameter tag: None of a reign of before.
    mutating func beginReign(tag: UInt64, now: UInt64) {
        self.clock = self.reigns.begin(tag: tag, after: self.clock, now: now)
    }

    /// Begins a new epoch with the same events.
    mutating func enter(_ epoch: Epoch) {
        self.epoch = epoch
        for index in self.entries.values.indices {
            self.entries.values[index].events = Deque(
                self.entries.values[index].events.map { event in
                    Event(
                        id: EventID(epoch: epoch, offset: event.offset), topic: event.topic, previous: event.previous,
                        name: event.name, data: event.data, retry: event.retry)
                })
        }
    }

    /// Appends an event to its topics' logs, or finds the id that its key got before.
    /// - Parameters:
    ///   - publication: The event.
    ///   - now: Milliseconds since 1970.
    ///   - uptime: Milliseconds of a clock that is never put back, by which keys expire; `now` if it is not given.
    /// - Returns: What became of it, and the events to hand out, one for each topic.
    mutating func publish(
        _ publication: Publication, now: UInt64, uptime: UInt64? = nil
    ) -> (PublishedEvent, [Event]) {
        let uptime = uptime ?? now
        self.forgetKeys(uptime: uptime)
        if let key = publication.key, let offset = self.keys[key] {
            let id = EventID(epoch: self.epoch, offset: offset)
            return (PublishedEvent(id: id, topics: publication.topics, isRepeat: true), [])
        }
        self.clock = self.clock.successor(now: now)
        let id = EventID(epoch: self.epoch, offset: self.clock)
        if let key = publication.key {
            self.keys[key] = self.clock
            self.keysByAge.append((key, uptime + Self.keyLifetime))
        }
        let events = publication.topics.map { self.append(publication, to: $0, id: id, now: now) }
        return (PublishedEvent(id: id, topics: publication.topics, isRepeat: false), events)
    }

    /// A part of a topic's log, and the topic's state.
    func page(_ topic: Topic, _ range: LogRange, limit: Int) -> LogPage {
        let entry = self.entries[topic]
        let events = entry?.events ?? []
        let start: Int
        let end: Int
        let hasMore: Bool
        switch range {
        case .tail:
            (start, end) = (max(0, events.count - limit), events.count)
            hasMore = start > 0
        case .after(let offset):
            start = events.firstIndex(after: offset)
            end = min(events.count, start + limit)
            hasMore = end < events.count
        }
        return LogPage(
            epoch: self.epoch, clock: self.clock, floor: self.floor, last: entry?.last ?? self.retiredTopics[topic],
            entries: Array(events[start..<end]), hasMore: hasMore, reigns: self.reigns)
    }

    /// Drops a topic's events, and remembers its last offset.
    /// - Returns: That offset; `nil` if there is no such topic.
    mutating func delete(_ topic: Topic) -> Offset? {
        guard let last = self.entries[topic]?.last else { return nil }
        self.entries[topic]?.events = []
        return last
    }

    /// Forgets the topics whose last event has passed its age.
    /// - Parameters:
    ///   - now: Milliseconds since 1970.
    ///   - limit: How many topics are looked at, at most.
    /// - Returns: Those that were forgotten, with their last offsets.
    mutating func retire(now: UInt64, limit: Int = .max) -> [(topic: Topic, last: Offset)] {
        let oldest = self.oldest(now: now)
        var retired: [(topic: Topic, last: Offset)] = []
        var looks = 0
        while looks < limit, let age = self.ages.min, age.last < oldest {
            looks += 1
            let last = self.entries[age.topic]?.last ?? age.last
            guard last < oldest else {
                self.ages.replaceMin(with: Age(last: last, topic: age.topic))
                continue
            }
            self.ages.removeMin()
            self.entries[age.topic] = nil
            self.index.remove(age.topic)
            self.floor = max(self.floor, self.retiredTopics.append(age.topic, last: last) ?? .zero)
            retired.append((age.topic, last))
        }
        return retired
    }

    /// Whether there are topics left to look at for `retire`.
    func mayRetire(now: UInt64) -> Bool {
        self.ages.min.map { $0.last < self.oldest(now: now) } ?? false
    }

    /// The topics in the order of their names' bytes, after a name.
    func topics(after: Topic?, limit: Int) -> [TopicSummary] {
        self.index.topics(after: after, limit: limit).compactMap(self.summary)
    }

    /// What can be said of one topic.
    func summary(of topic: Topic) -> TopicSummary? {
        guard let entry = self.entries[topic] else { return nil }
        return TopicSummary(
            topic: topic, eventCount: entry.events.count, oldest: entry.events.first?.id,
            latest: EventID(epoch: self.epoch, offset: entry.last))
    }

    private mutating func append(_ publication: Publication, to topic: Topic, id: EventID, now: UInt64) -> Event {
        var entry = self.entries.removeValue(forKey: topic) ?? self.begin(topic, at: id.offset)
        let event = Event(
            id: id, topic: topic, previous: entry.last, name: publication.name?.name, data: publication.data,
            retry: publication.retry?.milliseconds)
        entry.events.append(event)
        entry.last = id.offset
        let oldest = self.oldest(now: now)
        while let first = entry.events.first, entry.events.count > self.retention.count || first.offset < oldest {
            entry.events.removeFirst()
        }
        self.entries[topic] = entry
        return event
    }

    private mutating func begin(_ topic: Topic, at offset: Offset) -> Entry {
        self.index.insert(topic)
        self.ages.insert(Age(last: offset, topic: topic))
        return Entry(last: self.retiredTopics.remove(topic) ?? self.floor)
    }

    private func oldest(now: UInt64) -> Offset {
        Offset(rawValue: (now > self.retention.age ? now - self.retention.age : 0) << Offset.sequenceBits)
    }

    private mutating func forgetKeys(uptime: UInt64) {
        while let first = self.keysByAge.first, first.expires <= uptime {
            self.keys[first.key] = nil
            self.keysByAge.removeFirst()
        }
    }
}
