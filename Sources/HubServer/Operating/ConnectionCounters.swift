import Synchronization

/// Counts what became of connections.
final class ConnectionCounters: Sendable {
    private let acceptedCount = Atomic(0)
    private let turnedAwayCount = Atomic(0)
    private let rejectedCount = Atomic(0)

    func accept() { self.acceptedCount.add(1, ordering: .relaxed) }
    func turnAway() { self.turnedAwayCount.add(1, ordering: .relaxed) }
    func reject() { self.rejectedCount.add(1, ordering: .relaxed) }

    /// Connections since the start.
    var accepted: Int { self.acceptedCount.load(ordering: .relaxed) }
    /// Connections over a cap, which were told so.
    var turnedAway: Int { self.turnedAwayCount.load(ordering: .relaxed) }
    /// Connections so far over the cap that they were just closed.
    var rejected: Int { self.rejectedCount.load(ordering: .relaxed) }
}
