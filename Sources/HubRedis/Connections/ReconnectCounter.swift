import Synchronization

/// Counts how often a connection that is always wanted was made again.
final class ReconnectCounter: Sendable {
    private let openings = Atomic(0)

    /// There is a connection, for the first time or again.
    func countOpening() {
        self.openings.add(1, ordering: .relaxed)
    }

    /// How often it was made again after it had been lost.
    var reconnects: Int { max(0, self.openings.load(ordering: .relaxed) - 1) }
}
