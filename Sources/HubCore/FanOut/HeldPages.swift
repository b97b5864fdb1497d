/// What one stream holds of its topics' logs while it is behind their rings: at most one page of each topic, and which of
/// them it waits for. The pages are shared with all streams that need them, and last as long as one of them does.
struct HeldPages {
    private struct Lane {
        var page: TopicPage?
        /// Whose page it is: another topic may have the lane by now.
        var topic: ShardTopic?
        /// What the topic had forgotten when the page came: a page from before that says nothing any longer.
        var generation = 0
        var isAwaited = false

        func isValid(for topic: ShardTopic) -> Bool {
            self.topic === topic && self.generation == topic.pageGeneration
        }
    }

    /// The stream's slot among those of its shard that hold pages.
    let slot: Int
    /// For how many ticks the stream has used none of them.
    private(set) var idleTicks = 0
    private var lanes: [Lane]
    private var awaitedCount = 0

    /// Makes room for a page of each of a stream's topics, and of the next topic that it takes up.
    init(slot: Int, topicCount: Int) {
        self.slot = slot
        self.lanes = Array(repeating: Lane(), count: topicCount + 1)
    }

    /// Whether a page that was asked for has yet to come.
    var isWaiting: Bool { self.awaitedCount > 0 }

    /// The page of a lane that says what comes after a position.
    func page(of topic: ShardTopic, _ lane: Int, covering position: Offset) -> TopicPage? {
        guard let page = self.lanes[lane].page, self.lanes[lane].isValid(for: topic), page.covers(position) else {
            return nil
        }
        return page
    }

    /// After which position a lane's next page has to be read: where the one that is held ends, so that the pages of all streams
    /// begin at the same places.
    func nextPage(of topic: ShardTopic, _ lane: Int, after position: Offset) -> Offset {
        guard let page = self.lanes[lane].page, self.lanes[lane].isValid(for: topic),
            page.through == position || page.through == position.predecessor
        else { return position }
        return page.through
    }

    /// Holds a page instead of the one before.
    mutating func hold(_ page: TopicPage, of topic: ShardTopic, _ lane: Int) {
        self.lanes[lane].page = page
        self.lanes[lane].topic = topic
        self.lanes[lane].generation = topic.pageGeneration
    }

    /// The lane's page was asked for.
    /// - Returns: Whether the stream did not wait for it before.
    mutating func await(_ lane: Int) -> Bool {
        guard !self.lanes[lane].isAwaited else { return false }
        self.lanes[lane].isAwaited = true
        self.awaitedCount += 1
        return true
    }

    /// The lane's page has come, or will not.
    /// - Returns: Whether the stream can go on: it waits for no other.
    mutating func arrived(_ lane: Int) -> Bool {
        guard self.lanes[lane].isAwaited else { return false }
        self.lanes[lane].isAwaited = false
        self.awaitedCount -= 1
        return self.awaitedCount == 0
    }

    /// The topic that was to be taken up is the stream's last one now.
    mutating func addTopic() {
        self.lanes.append(Lane())
    }

    mutating func removeTopic(_ lane: Int) {
        if self.lanes.remove(at: lane).isAwaited { self.awaitedCount -= 1 }
    }

    /// The stream had its turn.
    mutating func use() {
        self.idleTicks = 0
    }

    /// A tick has passed. One that waits for a page is not idle.
    mutating func tick() {
        if !self.isWaiting { self.idleTicks += 1 }
    }
}
