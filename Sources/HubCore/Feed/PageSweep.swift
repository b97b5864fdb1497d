/// Reads pages of one topic for the streams that are behind its ring: one read at a time, each from the lowest position
/// that someone waits for, so that any number of streams costs no more reads than the log has pages. A page is given to whoever
/// asks for it while any stream holds it.
struct PageSweep {
    /// What the caller has to do next.
    enum Action {
        case none
        /// Read so much of the log after this position, and give the page to `finish` or call `fail`.
        case read(after: Offset, limit: Int)
    }

    private let pageCount: Int
    private var pages = LivePages()
    private var waiting: [(position: Offset, limit: Int, shard: Int)] = []
    private var underWay: Offset?

    /// Makes a sweep that has read nothing yet.
    /// - Parameter pageCount: How many events a page has at most.
    init(pageCount: Int) {
        self.pageCount = pageCount
    }

    /// A shard asks for what comes after a position.
    /// - Parameters:
    ///   - position: The position.
    ///   - wanted: How many events the stream has a use for.
    ///   - shard: The shard.
    /// - Returns: The page, if one is held that says so; else what to do.
    mutating func request(after position: Offset, wanted: Int, shard: Int) -> (page: TopicPage?, action: Action) {
        if let page = self.pages.page(covering: position) { return (page, .none) }
        self.waiting.append((position, self.limit(after: position, wanted: wanted), shard))
        return (nil, self.next())
    }

    /// The read was answered.
    /// - Returns: The shards that get the page, and what to do for those that still wait.
    mutating func finish(_ page: TopicPage) -> (shards: Set<Int>, action: Action) {
        self.underWay = nil
        self.pages.insert(page)
        var served: Set<Int> = []
        self.waiting.removeAll { request in
            guard page.covers(request.position) || request.position == page.from else { return false }
            served.insert(request.shard)
            return true
        }
        return (served, self.next())
    }

    /// The read failed; call `retry` after a while.
    mutating func fail() {
        self.underWay = nil
    }

    /// Begins again after a failure.
    mutating func retry() -> Action {
        self.next()
    }

    /// Forgets the pages that are held, since the log was dropped or belongs to another epoch.
    mutating func forgetPages() {
        self.pages.removeAll()
    }

    private mutating func next() -> Action {
        guard self.underWay == nil, let position = self.waiting.map(\.position).min() else { return .none }
        self.underWay = position
        // Whoever waits elsewhere may come to this page, or not.
        let limit = self.waiting.reduce(1) { $1.position == position ? max($0, $1.limit) : $0 }
        return .read(after: position, limit: limit)
    }

    /// How many events are to be read. Who wants few gets few, but a reader that goes on from there, as one poll after the
    /// other does, gets four times as many each time: all of a log costs hardly more reads than it has pages.
    private func limit(after position: Offset, wanted: Int) -> Int {
        min(self.pageCount, max(wanted, 4 * self.pages.count(endingAtMost: position)))
    }
}
