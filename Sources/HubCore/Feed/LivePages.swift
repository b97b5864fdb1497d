/// Finds the pages of a topic that anybody holds, and holds none itself: a page goes with the last stream that needs it.
struct LivePages {
    private struct Reference {
        weak var page: TopicPage?
    }

    private var references: [Reference] = []

    /// The page that says what comes right after a place, and reaches the farthest.
    func page(covering place: Offset) -> TopicPage? {
        var found: TopicPage?
        for reference in self.references {
            guard let page = reference.page, page.covers(place), page.through > found?.through ?? .zero else {
                continue
            }
            found = page
        }
        return found
    }

    /// How many events the largest page has that ends at a place or before.
    func count(endingAtMost place: Offset) -> Int {
        self.references.reduce(0) { count, reference in
            guard let page = reference.page, page.through <= place else { return count }
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
