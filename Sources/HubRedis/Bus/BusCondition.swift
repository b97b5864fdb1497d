import HubCore
import Synchronization

/// The status of the bus and what its connections have been through, for any thread to read.
final class BusCondition: Sendable {
    private let current = Mutex<BusStatus>(.notReady(reason: "Redis has not answered yet"))
    let commandLink = ReconnectCounter()
    let subscriptionLink = ReconnectCounter()

    var status: BusStatus {
        get { self.current.withLock { $0 } }
        set { self.current.withLock { $0 = newValue } }
    }
}

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
