/// What the bus can say of a topic.
public struct TopicSummary: Hashable, Sendable {
    /// The topic.
    public let topic: Topic
    /// How many events the replay buffer holds.
    public let eventCount: Int
    /// The oldest event that the replay buffer holds, if it holds any.
    public let oldest: EventID?
    /// The topic's last event, even if the replay buffer holds it no longer.
    public let latest: EventID?

    /// Makes a summary.
    public init(topic: Topic, eventCount: Int, oldest: EventID?, latest: EventID?) {
        self.topic = topic
        self.eventCount = eventCount
        self.oldest = oldest
        self.latest = latest
    }
}
