import DequeModule

/// A page of a topic's log that was read on behalf of streams which are behind the ring, and is shared by them.
final class TopicPage: Sendable {
    /// The place after which the page was asked for.
    let from: Offset
    /// The page holds every event after this offset; if it is after `from`, what lies between is gone.
    let base: Offset
    /// The page is complete up to here.
    let through: Offset
    /// The events, in rising order.
    let events: Deque<Event>
    /// The topic's last offset at the moment of the read.
    let last: Offset

    /// Makes a page of what the bus answered to a read after `from`.
    init(from: Offset, _ page: LogPage) {
        self.from = from
        self.base = max(from, page.base)
        self.events = Deque(page.entries)
        let last = page.entries.last?.offset ?? from
        self.through = page.hasMore ? last : max(last, page.clock)
        self.last = page.last ?? page.floor
    }

    /// Whether the page says what comes right after a place.
    func covers(_ place: Offset) -> Bool {
        self.from <= place && place < self.through
    }
}
