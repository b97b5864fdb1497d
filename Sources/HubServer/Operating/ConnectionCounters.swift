import Synchronization

/// Counts what became of connections.
final class ConnectionCounters: Sendable {
    private let acceptedCount = Atomic(0)
    private let turnedAwayCount = Atomic(0)
    private let rejectedCount = Atomic(0)
    private let replacedCount = Atomic(0)
    private let pauseCount = Atomic(0)

    func accept() { self.acceptedCount.add(1, ordering: .relaxed) }
    func turnAway() { self.turnedAwayCount.add(1, ordering: .relaxed) }
    func replace() { self.replacedCount.add(1, ordering: .relaxed) }
    func pause() { self.pauseCount.add(1, ordering: .relaxed) }
    func reject() { self.rejectedCount.add(1, ordering: .relaxed) }

    /// Connections since the start.
    var accepted: Int { self.acceptedCount.load(ordering: .relaxed) }
    /// Silent connections that were closed to make room for others.
    var replaced: Int { self.replacedCount.load(ordering: .relaxed) }
    /// How often accepting paused for want of files or memory.
    var pauses: Int { self.pauseCount.load(ordering: .relaxed) }
    /// Connections over a cap, and requests on them, which were told so.
    var turnedAway: Int { self.turnedAwayCount.load(ordering: .relaxed) }
    /// Connections so far over the cap that they were just closed.
    var rejected: Int { self.rejectedCount.load(ordering: .relaxed) }
}
