/// An event that is to be published: the envelope of the contract's JSON forms.
public struct Publication: Hashable, Sendable {
    /// Where it goes. An event of several topics is one event with one id.
    public var topics: [String]
    /// The event's name, if it has one; at most 256 bytes of UTF-8.
    public var event: String?
    /// The payload.
    public var data: String
    /// After how many milliseconds a client that lost the stream should come back; 0 to 86400000.
    public var retry: Int?
    /// Within 10 minutes a publication with the same key gets the first one's id, and publishes nothing.
    public var key: String?

    /// Makes a publication.
    public init(topics: [String], data: String, event: String? = nil, retry: Int? = nil, key: String? = nil) {
        self.topics = topics
        self.event = event
        self.data = data
        self.retry = retry
        self.key = key
    }

    /// Makes a publication to one topic.
    public init(topic: String, data: String, event: String? = nil, retry: Int? = nil, key: String? = nil) {
        self.init(topics: [topic], data: data, event: event, retry: retry, key: key)
    }
}

extension Publication: Encodable {
    private enum CodingKeys: String, CodingKey {
        case topics = "topic"
        case event, data, retry, key
    }
}

/// What the hub says of an event that is in the replay buffer of a topic.
public struct PublishedEvent: Hashable, Sendable, Codable {
    /// The topic.
    public let topic: String
    /// The event's id, which is the same in all its topics.
    public let id: String

    /// Makes a published event.
    public init(topic: String, id: String) {
        self.topic = topic
        self.id = id
    }
}

/// The answer to a publish.
struct PublishAnswer: Decodable {
    let events: [PublishedEvent]
}
