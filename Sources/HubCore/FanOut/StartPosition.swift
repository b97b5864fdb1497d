import ByteStrings

/// Where a stream begins.
public enum StartPosition: Hashable, Sendable {
    /// With what comes after the head of the answer.
    case latest
    /// With the oldest event that the replay buffer holds.
    case earliest
    /// Right after a cursor, as the client gave it; one that is not ours is answered with a reset.
    case cursor(String)
    /// With the first event at or after a time, in milliseconds since 1970.
    case time(milliseconds: UInt64)

    /// Reads what a client gives as a cursor: that, `earliest` or `latest`; nothing is the latest.
    public init(cursor text: String?) {
        guard let text else {
            self = .latest
            return
        }
        switch ByteString(text) {
        case "", "latest": self = .latest
        case "earliest": self = .earliest
        default: self = .cursor(text)
        }
    }

    /// The cursor that the client gave, if it did.
    public var cursor: String? {
        if case .cursor(let text) = self { text } else { nil }
    }
}
