import Synchronization

/// What the whole server is doing, readable from every loop.
final class ServerCondition: Sendable {
    private let draining = Atomic(false)

    /// Whether the server is shutting down: readiness fails, and new streams are turned away.
    var isDraining: Bool { self.draining.load(ordering: .relaxed) }

    func drain() {
        self.draining.store(true, ordering: .relaxed)
    }
}
