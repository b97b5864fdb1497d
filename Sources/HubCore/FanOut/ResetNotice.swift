/// Tells a client that the hub can't prove to have sent it every event of a topic.
public struct ResetNotice: Hashable, Sendable {
    /// Why.
    public enum Reason: String, Sendable {
        /// The replay buffer no longer reaches back to the cursor.
        case trimmed
        /// A well-formed cursor of state that the bus no longer has.
        case lost
        /// Not a cursor of ours.
        case unknown
    }

    /// The topic concerned.
    public let topic: Topic
    /// Why nothing can be proved.
    public let reason: Reason
    /// The cursor that was asked for.
    public let requested: String
    /// The oldest event that there is.
    public let oldest: EventID?
    /// The newest event that there is.
    public let latest: EventID?
    /// A place that is safe for all topics of the stream: a reconnect from here does not meet this reset again. `nil`
    /// where that holds only after what follows at once: another topic's reset, or an event.
    public let cursor: Cursor?

    /// Makes a notice.
    public init(
        topic: Topic, reason: Reason, requested: String, oldest: EventID?, latest: EventID?, cursor: Cursor?
    ) {
        self.topic = topic
        self.reason = reason
        self.requested = requested
        self.oldest = oldest
        self.latest = latest
        self.cursor = cursor
    }
}
