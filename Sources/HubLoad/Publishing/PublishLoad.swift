/// Events that are published at an even rate.
public struct PublishLoad: Sendable {
    /// The topics, which take turns.
    public var topics: Range<Int>
    /// How many requests a second.
    public var rate: Double
    /// How many events each request has.
    public var eventsPerRequest: Int
    /// How many bytes the data of an event has.
    public var size: Int
    /// How many connections share the work; each waits for an answer before it asks again.
    public var connections: Int

    /// Makes a load.
    public init(
        topics: Range<Int> = 0..<1, rate: Double, eventsPerRequest: Int = 1, size: Int = 128, connections: Int = 1
    ) {
        self.topics = topics
        self.rate = rate
        self.eventsPerRequest = eventsPerRequest
        self.size = max(size, EventMark.byteCount)
        self.connections = connections
    }
}
