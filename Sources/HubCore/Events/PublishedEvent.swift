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
