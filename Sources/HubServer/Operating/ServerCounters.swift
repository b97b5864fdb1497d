import Synchronization

/// What the server counts.
struct ServerCounters: Sendable {
    let connections: ConnectionCounters
    let keys: KeyGate
    let requests = RequestCounters()
    let publishing = PublishCounters()
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
        self.counts.withLock { $0[Key(route: route, statusClass: status / 100), default: 0] += 1 }
    }

    /// The counts so far.
    var all: [Key: Int] { self.counts.withLock { $0 } }
}

/// Counts what became of connections.
final class ConnectionCounters: Sendable {
    private let acceptedCount = Atomic(0)
    private let turnedAwayCount = Atomic(0)
    private let rejectedCount = Atomic(0)
    private let replacedCount = Atomic(0)
    private let pauseCount = Atomic(0)

    func accept() { self.acceptedCount.add(1, ordering: .relaxed) }
    func turnAway() { self.turnedAwayCount.add(1, ordering: .relaxed) }
    func replace() { self.replacedCount.add(1, ordering: .relaxed) }
    func pause() { self.pauseCount.add(1, ordering: .relaxed) }
    func reject() { self.rejectedCount.add(1, ordering: .relaxed) }

    /// Connections since the start.
    var accepted: Int { self.acceptedCount.load(ordering: .relaxed) }
    /// Silent connections that were closed to make room for others.
    var replaced: Int { self.replacedCount.load(ordering: .relaxed) }
    /// How often accepting paused for want of files or memory.
    var pauses: Int { self.pauseCount.load(ordering: .relaxed) }
    /// Connections over a cap, and requests on them, which were told so.
    var turnedAway: Int { self.turnedAwayCount.load(ordering: .relaxed) }
    /// Connections so far over the cap that they were just closed.
    var rejected: Int { self.rejectedCount.load(ordering: .relaxed) }
}
