import HubCore
import Synchronization

/// The status of the bus, for any thread to read.
final class BusCondition: Sendable {
    private let current = Mutex<BusStatus>(.notReady(reason: "Redis has not answered yet"))

    var status: BusStatus {
        get { self.current.withLock { $0 } }
        set { self.current.withLock { $0 = newValue } }
    }
}
