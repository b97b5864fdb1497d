/// What a hub says of a topic.
public struct TopicStatus: Hashable, Sendable, Codable {
    /// The topic.
    public let topic: String
    /// How many subscribers it has on the hub that was asked.
    public let subscribers: Int
    /// How many events the replay buffer holds.
    public let events: Int
    /// The id of the oldest event that the replay buffer holds, if it holds any.
    public let oldest: String?
    /// The id of the topic's last event, if there is one.
    public let latest: String?

    /// Makes a topic's status.
    public init(topic: String, subscribers: Int, events: Int, oldest: String?, latest: String?) {
        self.topic = topic
        self.subscribers = subscribers
        self.events = events
        self.oldest = oldest
        self.latest = latest
    }
}

/// A part of the list of topics.
struct TopicPage: Decodable {
    let topics: [TopicStatus]
    /// What to ask the next page with; absent on the last one.
    let next: String?
}

/// The condition of a hub.
public struct HubHealth: Hashable, Sendable {
    /// The hub's address.
    public let url: String
    /// Whether it delivers and publishes events.
    public let isReady: Bool
    /// Why it does not, in one line; or what else it has to say.
    public let detail: String?

    /// Makes a health report.
    public init(url: String, isReady: Bool, detail: String?) {
        self.url = url
        self.isReady = isReady
        self.detail = detail
    }
}
