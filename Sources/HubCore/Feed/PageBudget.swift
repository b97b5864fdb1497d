import Synchronization

/// How much memory the pages take that streams behind the rings hold, over all loops of a process.
final class PageBudget: Sendable {
    /// Roughly what a page takes that has been asked for and is not there yet, in bytes.
    private static let expectedByteCount = 128 << 10

    private let limit: Int
    private let held = Atomic<Int>(0)

    /// Makes a budget.
    /// - Parameter limit: In bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// In bytes.
    var heldByteCount: Int { self.held.load(ordering: .relaxed) }

    /// Whether the pages that are held take more than they may.
    var isExceeded: Bool { self.heldByteCount > self.limit }

    /// Whether there is room for the pages of one more stream.
    /// - Parameter requested: How many pages have been asked for.
    func hasRoom(besides requested: Int) -> Bool {
        self.heldByteCount + requested * Self.expectedByteCount < self.limit
    }

    /// Adds to what is held, or takes from it, in bytes.
    func charge(_ byteCount: Int) {
        self.held.add(byteCount, ordering: .relaxed)
    }
}
