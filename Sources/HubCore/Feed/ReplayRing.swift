import DequeModule

/// The newest events of a topic, without a hole: everything after `base`, up to the last.
///
/// A value whose copies share their storage until one of them changes, so that an event loop can be given a copy.
struct ReplayRing: Sendable {
    /// The events, in rising order.
    private(set) var events: Deque<Event>
    /// The ring holds every event of the topic after this offset.
    private(set) var base: Offset
    /// Whether the topic's log held nothing older either, so that what is missing before `base` is gone for good.
    private(set) var isWhole: Bool
    /// The offset of the topic's last event, even if it is held no longer; `nil` if no event of the topic is known.
    private(set) var latest: Offset?
    private let limit: RingLimit
    /// Roughly the memory that the events take.
    private(set) var byteCount: Int

    /// Makes an empty ring of a topic that has nothing after `base`.
    init(base: Offset, isWhole: Bool, limit: RingLimit) {
        self.events = []
        self.base = base
        self.isWhole = isWhole
        self.limit = limit
        self.byteCount = 0
    }

    /// Makes a ring of the tail of a topic's log.
    init(tail page: LogPage, limit: RingLimit) {
        self.init(base: page.base, isWhole: !page.hasMore, limit: limit)
        self.latest = page.last
        for event in page.entries { self.append(event) }
    }

    /// The offset of the last event, or the base if there is none.
    var last: Offset { self.events.last?.offset ?? self.base }

    /// Adds the topic's next event, and lets the oldest go where the limit is passed.
    mutating func append(_ event: Event) {
        self.events.append(event)
        self.latest = event.offset
        self.byteCount += event.byteCount
        let time = event.offset.milliseconds
        while self.events.count > 1, self.isOverLimit(at: time) {
            let oldest = self.events.removeFirst()
            self.byteCount -= oldest.byteCount
            self.base = oldest.offset
            self.isWhole = false
        }
    }

    private func isOverLimit(at time: UInt64) -> Bool {
        if self.events.count > self.limit.count || self.byteCount > self.limit.byteCount { return true }
        guard let oldest = self.events.first?.offset.milliseconds else { return false }
        return time - min(time, oldest) > self.limit.age
    }

    /// Lets every event go: the topic's log was dropped, or has passed its age.
    /// - Parameters:
    ///   - last: The offset of the topic's last event.
    ///   - isKept: Whether the topic itself is still there.
    mutating func removeAll(last: Offset, isKept: Bool) {
        self = ReplayRing(base: max(last, self.last), isWhole: true, limit: self.limit)
        self.latest = isKept ? self.base : nil
    }

    /// Whether the topic has an event after one position and up to another, as far as the ring can tell: one that it no longer
    /// holds counts.
    func hasMore(after position: Offset, through end: Offset) -> Bool {
        guard self.base <= position else { return self.base <= end }
        let index = self.events.firstIndex(after: position)
        return index < self.events.count && self.events[index].offset <= end
    }

    /// Whether the ring holds the event at this offset.
    func contains(_ offset: Offset) -> Bool {
        let index = self.events.firstIndex(after: offset)
        return index > 0 && self.events[index - 1].offset == offset
    }
}

extension Deque<Event> {
    /// The index of the first event after an offset; `count` if there is none.
    func firstIndex(after offset: Offset) -> Int {
        guard let last = self.last, last.offset > offset else { return self.count }
        var low = 0
        var high = self.count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].offset > offset { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// How much of a topic a process holds in memory, to serve streams that come back or fall behind without asking the bus.
public struct RingLimit: Hashable, Sendable {
    /// The most events.
    public var count: Int
    /// Roughly the most memory, in bytes. At least one event is held however large it is.
    public var byteCount: Int
    /// How much older than the newest event another may be, in milliseconds. Logs forget by age when they are appended to,
    /// and so must the ring: what it served beyond that would depend on who happened to listen here.
    public var age: UInt64

    /// Makes a limit.
    public init(count: Int = 1024, byteCount: Int = 1 << 20, age: UInt64 = .max) {
        self.count = count
        self.byteCount = byteCount
        self.age = age
    }
}
