/// Why a hub ends a stream.
public struct StreamClose: Hashable, Sendable {
    /// The hub's reason. More may come.
    public struct Reason: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
        /// The reason as the hub wrote it.
        public let rawValue: String

        /// Makes a reason.
        public init(rawValue: String) { self.rawValue = rawValue }

        public var description: String { self.rawValue }

        /// The hub shuts down.
        public static let drain = Reason(rawValue: "drain")
        /// The hub has too many connections.
        public static let shed = Reason(rawValue: "shed")
        /// This subscriber read too slowly.
        public static let slow = Reason(rawValue: "slow")
        /// The right to read has ended.
        public static let expired = Reason(rawValue: "expired")
    }

    /// The hub's reason.
    public let reason: Reason
    /// After how many milliseconds the subscription should come back; the hub spreads its clients with it.
    public let retry: Int?

    /// Makes a close.
    public init(reason: Reason, retry: Int?) {
        self.reason = reason
        self.retry = retry
    }
}
