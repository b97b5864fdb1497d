import HubClient
import Synchronization

/// Publishes 1, 2, 3, … to topics, each number with a key of its own, and repeats what was not acknowledged.
final class NumberedPublisher: Sendable {
    /// What happened so far.
    struct Count: Sendable {
        /// The numbers that a hub acknowledged, by topic.
        var acknowledged: [String: Set<Int>] = [:]
        /// How often it was told that nothing was published.
        var unavailable = 0
        /// How often the outcome was unknown.
        var unknown = 0
        /// Why, each time.
        var reasons: [String] = []
        /// How often no hub could be reached.
        var unreachable = 0
        /// Errors after which it gave up.
        var failures: [String] = []

        var total: Int { self.acknowledged.values.reduce(0) { $0 + $1.count } }
    }

    private let clients: [HubClient]
    private let count = Mutex(Count())
    private let next = Mutex<[String: Int]>([:])
    private let isStopping = Mutex(false)

    /// - Parameter clients: One for each hub. After a failure the next one is asked, and the failure is counted, which
    ///   a client that knows several hubs would hide.
    init(_ clients: [HubClient]) {
        self.clients = clients
    }

    var counted: Count { self.count.withLock { $0 } }

    /// Publishes the topic's next numbers, one after the other.
    /// - Parameter padding: How many bytes to add to each.
    func publish(_ amount: Int, to topic: String, padding: Int = 0) async {
        for _ in 0..<amount { await self.publishNext(to: topic, padding: padding) }
    }

    /// Publishes to topics, one task for each, until ``stop()``.
    func run(topics: [String], pause: Duration = .milliseconds(2)) async {
        await withTaskGroup(of: Void.self) { group in
            for topic in topics {
                group.addTask {
                    while !self.isStopping.withLock({ $0 }) {
                        await self.publishNext(to: topic, padding: 0)
                        try? await Task.sleep(for: pause)
                    }
                }
            }
        }
    }

    /// Lets ``run(topics:pause:)`` come to its end, with everything acknowledged.
    func stop() { self.isStopping.withLock { $0 = true } }

    private func publishNext(to topic: String, padding: Int) async {
        let number = self.next.withLock { next in
            next[topic, default: 0] += 1
            return next[topic]!
        }
        let data = padding == 0 ? "\(number)" : "\(number) " + String(repeating: "x", count: padding)
        let deadline = ContinuousClock.now + .seconds(40)
        var turn = number
        while ContinuousClock.now < deadline {
            do throws(HubClientError) {
                try await self.clients[turn % self.clients.count].publish(data, to: topic, key: "\(topic)-\(number)")
                self.count.withLock { _ = $0.acknowledged[topic, default: []].insert(number) }
                return
            } catch {
                guard self.isWorthRepeating(error) else { return }
                turn += 1
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
        self.count.withLock { $0.failures.append("number \(number) of \(topic) was never acknowledged") }
    }

    private func isWorthRepeating(_ error: HubClientError) -> Bool {
        self.count.withLock { count in
            count.reasons.append(error.message)
            switch error.code {
            case .unavailable: count.unavailable += 1
            case .outcomeUnknown: count.unknown += 1
            case .unreachable: count.unreachable += 1
            default:
                count.failures.append(error.message)
                return false
            }
            return true
        }
    }
}
