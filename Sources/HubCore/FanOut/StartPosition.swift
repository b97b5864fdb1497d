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
}
