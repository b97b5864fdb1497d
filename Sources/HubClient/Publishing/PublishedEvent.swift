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
