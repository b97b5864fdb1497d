import NIOCore
import Synchronization

/// Connections that were accepted and have no place yet: each has an open file, and their number is known to nobody until the
/// loops that get them come to it. Only so many may be on their way; the others wait in the kernel's queue meanwhile.
final class AcceptQueue: Sendable {
    private struct State {
        var count = 0
        /// The listener that waits for the queue to become shorter.
        var waiting: (any Channel)?
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Makes a queue.
    init(limit: Int) {
        self.limit = limit
    }

    /// A connection was accepted.
    /// - Parameter listener: The channel that has accepted it; it rests if there are too many.
    func enter(from listener: any Channel) {
        let isFull = self.state.withLock { state in
            state.count += 1
            guard state.count >= self.limit, state.waiting == nil else { return false }
            state.waiting = listener
            return true
        }
        if isFull { try? listener.syncOptions?.setOption(.autoRead, value: false) }
    }

    /// A connection has been given its place, or refused.
    func leave() {
        let listener = self.state.withLock { state -> (any Channel)? in
            state.count -= 1
            return state.count <= self.limit / 2 ? state.waiting.take() : nil
        }
        guard let listener else { return }
        // On a later turn, when those that were refused are closed.
        listener.eventLoop.execute { try? listener.syncOptions?.setOption(.autoRead, value: true) }
    }
}
