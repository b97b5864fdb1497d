/// What a publisher asks for: one event, on one topic or several.
public struct Publication: Hashable, Sendable {
    /// The topics, each once, in the order in which they were given; never empty.
    public let topics: [Topic]
    /// The `event` field, if any.
    public let name: EventName?
    /// The payload.
    public let data: EventData
    /// The reconnection hint, if any.
    public let retry: RetryHint?
    /// The idempotency key: within 10 minutes the same key gets the first id and publishes nothing.
    public let key: IdempotencyKey?

    /// Makes a publication.
    /// - Parameters:
    ///   - topics: At least one; the second mention of a topic counts as none. None may be reserved.
    ///   - name: The `event` field.
    ///   - data: The payload.
    ///   - retry: The reconnection hint.
    ///   - key: The idempotency key.
    /// - Throws: `InvalidEvent` if there is no topic, or a reserved one, or too much data.
    public init(
        topics: [Topic], name: EventName? = nil, data: EventData, retry: RetryHint? = nil, key: IdempotencyKey? = nil
    ) throws(InvalidEvent) {
        guard !topics.isEmpty else { throw InvalidEvent("a publication needs at least one topic") }
        if let reserved = topics.first(where: \.isReserved) {
            throw InvalidEvent("topics that start with '$' are reserved, '\(reserved)' is one")
        }
        guard data.bytes.count <= EventData.maximumByteCount else {
            throw InvalidEvent(
                "the data may have \(EventData.maximumByteCount) bytes at most, this has \(data.bytes.count)")
        }
        var seen: Set<Topic> = []
        self.topics = topics.filter { seen.insert($0).inserted }
        self.name = name
        self.data = data
        self.retry = retry
        self.key = key
    }
}
