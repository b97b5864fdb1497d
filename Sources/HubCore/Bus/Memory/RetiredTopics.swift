import DequeModule

/// The last offsets of the topics that were retired most recently. They prove that nothing was missed of a topic that isn't there,
/// which one floor for all such topics could not once any of them was retired; the floor is for those that are forgotten here.
struct RetiredTopics {
    /// How many are remembered.
    static let limit = 10_000

    private let limit: Int
    private var lasts: [Topic: Offset] = [:]
    /// In the order in which they were retired; some are back, or were retired again.
    private var order: Deque<(topic: Topic, last: Offset)> = []

    /// Remembers no topic yet, and so many at most.
    init(limit: Int) {
        self.limit = limit
    }

    /// The last offset of a retired topic, if it is remembered.
    subscript(topic: Topic) -> Offset? { self.lasts[topic] }

    /// Remembers a topic.
    /// - Returns: The last offset of the one that had to be forgotten for it, if one had to.
    mutating func append(_ topic: Topic, last: Offset) -> Offset? {
        self.lasts[topic] = last
        self.order.append((topic, last))
        guard self.order.count > self.limit, let oldest = self.order.popFirst(), self.lasts[oldest.topic] == oldest.last
        else { return nil }
        self.lasts[oldest.topic] = nil
        return oldest.last
    }

    /// Forgets a topic that is there again.
    mutating func remove(_ topic: Topic) -> Offset? { self.lasts.removeValue(forKey: topic) }
}
