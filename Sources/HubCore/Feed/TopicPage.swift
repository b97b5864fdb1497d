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
    private let byteCount: Int
    private let budget: PageBudget?

    /// Makes a page of what the bus answered to a read after `from`.
    /// - Parameter budget: Is charged for the page as long as anybody holds it.
    init(from: Offset, _ page: LogPage, budget: PageBudget? = nil) {
        self.from = from
        self.base = max(from, page.base)
        self.events = Deque(page.entries)
        let last = page.entries.last?.offset ?? from
        self.through = page.hasMore ? last : max(last, page.clock)
        self.last = page.last ?? page.floor
        self.byteCount = page.entries.reduce(0) { $0 + $1.byteCount }
        self.budget = budget
        budget?.charge(self.byteCount)
    }

    deinit {
        self.budget?.charge(-self.byteCount)
    }

    /// Whether the page says what comes right after a place.
    func covers(_ place: Offset) -> Bool {
        self.from <= place && place < self.through
    }
}
