import HTTPWire
import HubDoor
import Synchronization

/// What the server counts.
struct ServerCounters: Sendable {
    let connections: ConnectionCounters
    let gate: Gate
    let requests = RequestCounters()
    let publishing: PublishCounters
}

/// Counts answers by route and class of status.
final class RequestCounters: Sendable {
    /// What is counted apart.
    struct Key: Hashable, Comparable {
        let route: String
        /// The first digit of the status.
        let statusClass: Int

        static func < (left: Key, right: Key) -> Bool {
            (left.route, left.statusClass) < (right.route, right.statusClass)
        }
    }

    private let counts = Mutex<[Key: Int]>([:])

    /// Counts an answer.
    func count(route: String, status: Int) {
        let statusClass = Self.faultsOfClients.contains(status) ? 4 : status / 100
        self.counts.withLock { $0[Key(route: route, statusClass: statusClass), default: 0] += 1 }
    }

    /// 501 and 505 say that a client speaks another protocol or of methods that there are not: nothing is wrong with the hub, whatever
    /// is sent to it.
    private static let faultsOfClients: Set<Int> = [501, 505]

    /// The counts so far.
    var all: [Key: Int] { self.counts.withLock { $0 } }
}
