/// Where a subscription begins. Once it has a cursor it resumes from that.
public enum StreamStart: Hashable, Sendable {
    /// With what comes after the head of the answer.
    case latest
    /// With the oldest event that the replay buffer holds.
    case earliest
    /// After an event, or the place that a cursor names.
    case after(String)
    /// With what was published since a time: a duration such as `10m`, or an RFC 3339 time.
    case since(String)
}
