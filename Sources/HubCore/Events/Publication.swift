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

/// Marks a publication so that repeating it publishes nothing: 1 to 256 bytes of visible ASCII.
public struct IdempotencyKey: Hashable, Sendable {
    /// The longest key, in bytes.
    public static let maximumByteCount = 256

    /// The key, as the publisher wrote it.
    public let value: String

    /// Makes a key.
    /// - Parameter value: 1 to 256 visible ASCII characters, as an HTTP header can hold them (RFC 9110, 5.5).
    /// - Throws: `InvalidEvent` if it is empty, too long or holds other characters.
    public init(_ value: String) throws(InvalidEvent) {
        guard (1...Self.maximumByteCount).contains(value.utf8.count),
            value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw InvalidEvent("an idempotency key must be 1 to \(Self.maximumByteCount) visible ASCII characters")
        }
        self.value = value
    }
}

/// How long an EventSource should wait before it reconnects: 0 to 86,400,000 milliseconds (one day).
public struct RetryHint: Hashable, Sendable {
    /// The longest hint, in milliseconds.
    public static let maximumMilliseconds = 86_400_000

    /// The hint, in milliseconds.
    public let milliseconds: Int32

    /// Makes a hint.
    /// - Parameter milliseconds: 0 to 86,400,000.
    /// - Throws: `InvalidEvent` if the number is out of this range.
    public init(milliseconds: Int) throws(InvalidEvent) {
        guard (0...Self.maximumMilliseconds).contains(milliseconds) else {
            throw InvalidEvent("retry must be 0 to \(Self.maximumMilliseconds) milliseconds, not \(milliseconds)")
        }
        self.milliseconds = Int32(milliseconds)
    }
}

/// What became of a publication: its id, and the topics that it was asked for.
public struct PublishedEvent: Hashable, Sendable {
    /// The id that the bus gave the event, or gave its first publication if the idempotency key is known.
    public let id: EventID
    /// The topics of the publication.
    public let topics: [Topic]
    /// Whether the idempotency key was known and so nothing was published.
    public let isRepeat: Bool

    /// Makes the answer to a publication.
    public init(id: EventID, topics: [Topic], isRepeat: Bool) {
        self.id = id
        self.topics = topics
        self.isRepeat = isRepeat
    }
}
