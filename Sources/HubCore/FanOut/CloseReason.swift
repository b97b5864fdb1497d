/// Why the hub ends a stream.
public enum CloseReason: String, Hashable, Sendable {
    /// This member is about to stop.
    case drain
    /// This member has more streams than it should.
    case shed
    /// The client did not take what was sent.
    case slow
    /// The stream had its time.
    case expired
}
