import DequeModule

/// A page of a topic's log that was read on behalf of streams which are behind the ring, and is shared by them.
final class TopicPage: Sendable {
    /// The position after which the page was asked for.
    let from: Offset
    /// The page holds every event after this offset; if it is after `from`, what lies between is gone.
    let base: Offset
    /// The page is complete up to here.
    let through: Offset
    /// The events, in rising order.
    let events: Deque<Event>
    /// The topic's last offset at the moment of the read.
    let last: Offset
    /// What its events take in memory, roughly.
    let byteCount: Int
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

    /// Whether the page says what comes right after a position.
    func covers(_ position: Offset) -> Bool {
        self.from <= position && position < self.through
    }
}

/// Finds the pages of a topic that anybody holds, and holds none itself: a page goes with the last stream that needs it.
struct LivePages {
    private struct Reference {
        weak var page: TopicPage?
    }

    private var references: [Reference] = []

    /// The page that says what comes right after a position, and reaches the farthest.
    func page(covering position: Offset) -> TopicPage? {
        var found: TopicPage?
        for reference in self.references {
            guard let page = reference.page, page.covers(position), page.through > found?.through ?? .zero else {
                continue
            }
            found = page
        }
        return found
    }

    /// How many events the largest page has that ends at a position or before.
    func count(endingAtMost position: Offset) -> Int {
        self.references.reduce(0) { count, reference in
            guard let page = reference.page, page.through <= position else { return count }
            return max(count, page.events.count)
        }
    }

    /// Takes note of a page, and forgets those that are gone.
    mutating func insert(_ page: TopicPage) {
        self.references.removeAll { $0.page == nil }
        self.references.append(Reference(page: page))
    }

    /// Finds none of them from now on.
    mutating func removeAll() {
        self.references = []
    }
}
