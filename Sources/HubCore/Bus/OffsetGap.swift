/// Offsets that the bus may have given to events which it has lost: when it was last started anew, its clock jumped over them.
/// A cursor in the gap proves that something is gone.
public struct OffsetGap: Hashable, Sendable {
    /// The last offset that was kept.
    public let after: Offset
    /// Where the clock went on.
    public let before: Offset

    /// Makes a gap between two offsets that are not in it.
    public init(after: Offset, before: Offset) {
        self.after = after
        self.before = before
    }

    /// Whether an offset is in the gap.
    public func contains(_ offset: Offset) -> Bool {
        offset > self.after && offset < self.before
    }
}
