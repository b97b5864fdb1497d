/// Where the events came from that a stream had missed when it began.
public enum ReplaySource: String, Hashable, Sendable, CaseIterable {
    /// Memory.
    case ring
    /// The bus's log, at least for one of its topics.
    case page
    /// It could not be proved that they are all there, and the stream was told a reset.
    case reset
}
