import DequeModule

/// Pages that were read a moment ago, kept for the streams that will soon come to them: those that catch up side by side are
/// not at one position. A fast reader of a long log must not make all of it stay, so that the oldest go beyond a bound.
struct RecentPages {
    /// How much they may take, in bytes. The newest is kept however large it is.
    static let byteLimit = 16 << 20

    private(set) var pages: Deque<TopicPage> = []
    private var byteCount = 0
    /// How many of them were there a round ago.
    private var agedCount = 0

    /// Keeps a page for one to two rounds of `age`.
    mutating func insert(_ page: TopicPage) {
        self.pages.append(page)
        self.byteCount += page.byteCount
        while self.byteCount > Self.byteLimit, self.pages.count > 1 { self.removeFirst() }
    }

    /// Lets go of what was there a round ago.
    mutating func age() {
        for _ in 0..<self.agedCount { self.removeFirst() }
        self.agedCount = self.pages.count
    }

    /// Lets go of all.
    mutating func removeAll() { self = RecentPages() }

    private mutating func removeFirst() {
        self.byteCount -= self.pages.removeFirst().byteCount
        self.agedCount = max(0, self.agedCount - 1)
    }
}
