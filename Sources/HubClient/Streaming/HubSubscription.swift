/// The events of some topics, as an endless sequence: it reconnects, resumes, and gives out no event twice.
///
/// It ends with an error once a hub refuses it (4xx but 408, 425 and 429), and with `nil` when its task is cancelled. It
/// reads from the network only when it is asked for more, so that a slow reader is felt by the hub and not by this
/// process's memory. Each iterator is a stream of its own, which is closed as soon as the iterator is gone.
public struct HubSubscription: AsyncSequence, Sendable {
    public typealias Element = StreamItem
    public typealias Failure = HubClientError

    private let connections: HubConnections
    private let topics: [String]
    private let start: StreamStart

    init(_ connections: HubConnections, topics: [String], start: StreamStart) {
        self.connections = connections
        self.topics = topics
        self.start = start
    }

    public func makeAsyncIterator() -> HubSubscriptionIterator {
        HubSubscriptionIterator(self.connections, topics: self.topics, start: self.start)
    }
}

extension HubClient {
    /// Subscribes to topics.
    /// - Parameters:
    ///   - topics: At least one.
    ///   - start: Where the stream begins.
    /// - Returns: The stream, which is opened by the first `next()`.
    public func subscribe(to topics: [String], from start: StreamStart = .latest) -> HubSubscription {
        HubSubscription(self.connections, topics: topics, start: start)
    }
}
