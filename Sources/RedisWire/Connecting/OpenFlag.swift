import Synchronization

/// Whether a connection is open: written on its event loop, read anywhere.
final class OpenFlag: Sendable {
    private let value = Atomic(true)

    var isOpen: Bool { self.value.load(ordering: .acquiring) }

    func close() {
        self.value.store(false, ordering: .releasing)
    }
}
