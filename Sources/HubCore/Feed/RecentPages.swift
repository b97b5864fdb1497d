/// Pages that were read a moment ago, kept for the streams that will soon come to them: those that catch up side by side are
/// not at one place.
struct RecentPages {
    private var current: [TopicPage] = []
    private var previous: [TopicPage] = []

    /// Keeps a page for one to two rounds of `age`.
    mutating func insert(_ page: TopicPage) {
        self.current.append(page)
    }

    /// Lets go of what was there a round ago.
    mutating func age() {
        self.previous = self.current
        self.current = []
    }

    /// Lets go of all.
    mutating func removeAll() {
        self.current = []
        self.previous = []
    }
}
