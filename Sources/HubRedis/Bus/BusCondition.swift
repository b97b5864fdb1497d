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
