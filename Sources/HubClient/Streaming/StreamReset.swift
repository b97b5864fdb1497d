/// The hub can't prove that a topic's events up to here are complete; the stream goes on with the oldest that there is.
public struct StreamReset: Hashable, Sendable {
    /// Why something may be missing. More reasons may come.
    public struct Reason: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
        /// The reason as the hub wrote it.
        public let rawValue: String

        /// Makes a reason.
        public init(rawValue: String) { self.rawValue = rawValue }

        public var description: String { self.rawValue }

        /// The replay buffer no longer reaches back to the cursor.
        public static let trimmed = Reason(rawValue: "trimmed")
        /// The cursor is of a state that Redis no longer has.
        public static let lost = Reason(rawValue: "lost")
        /// The cursor is none of the hub's.
        public static let unknown = Reason(rawValue: "unknown")
    }

    /// The topic concerned.
    public let topic: String
    /// Why something may be missing.
    public let reason: Reason
    /// The cursor that was asked for, or the place that the stream had reached.
    public let requested: String?
    /// The oldest event that there is, if there is one.
    public let oldest: String?
    /// The latest event that there is, if there is one.
    public let latest: String?
    /// A cursor that is safe for all of the stream's topics.
    public let cursor: String?

    /// Makes a reset.
    public init(
        topic: String, reason: Reason, requested: String?, oldest: String?, latest: String?, cursor: String?
    ) {
        self.topic = topic
        self.reason = reason
        self.requested = requested
        self.oldest = oldest
        self.latest = latest
        self.cursor = cursor
    }
}
