import Synchronization

/// Counts what became of connections.
public final class ConnectionCounters: Sendable {
    private let acceptedCount = Atomic(0)
    private let turnedAwayCount = Atomic(0)
    private let rejectedCount = Atomic(0)
    private let replacedCount = Atomic(0)
    private let pauseCount = Atomic(0)

    /// A connection was accepted.
    public func accept() { self.acceptedCount.add(1, ordering: .relaxed) }
    /// A connection over a cap, or a request on it, was told so.
    public func turnAway() { self.turnedAwayCount.add(1, ordering: .relaxed) }
    /// A silent connection was closed to make room for another.
    public func replace() { self.replacedCount.add(1, ordering: .relaxed) }
    /// Accepting pauses for want of files or memory.
    public func pause() { self.pauseCount.add(1, ordering: .relaxed) }
    /// A connection so far over the cap came that it was just closed.
    public func reject() { self.rejectedCount.add(1, ordering: .relaxed) }

    /// Nothing has happened yet.
    public init() {}

    /// Connections since the start.
    public var accepted: Int { self.acceptedCount.load(ordering: .relaxed) }
    /// Silent connections that were closed to make room for others.
    public var replaced: Int { self.replacedCount.load(ordering: .relaxed) }
    /// How often accepting paused for want of files or memory.
    public var pauses: Int { self.pauseCount.load(ordering: .relaxed) }
    /// Connections over a cap, and requests on them, which were told so.
    public var turnedAway: Int { self.turnedAwayCount.load(ordering: .relaxed) }
    /// Connections so far over the cap that they were just closed.
    public var rejected: Int { self.rejectedCount.load(ordering: .relaxed) }
}
