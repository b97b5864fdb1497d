import HubClient
import Synchronization
import Testing

extension ClusterTests {
    @Suite("A client that changes the transport and the hub")
    struct RoamingTests {
        private let topics = ["a", "b"]

        @Test("again and again goes on with its cursor, and nothing is lost or doubled")
        func roaming() async throws {
            try await TestCluster.with { cluster in
                let clients = (0..<8).map { RoamingClient(topics: self.topics, hubs: cluster.hubs, seed: $0) }
                let tasks = clients.map { client in Task { await client.run() } }
                let count = try await cluster.publishing(to: self.topics, pause: .milliseconds(20)) { _ in
                    try await waitUntil("every client has been everywhere: \(clients.map(\.legCount))") {
                        clients.allSatisfy { $0.legCount >= 3 * Transports.naming.count }
                    }
                }
                #expect(count.failures.isEmpty)
                try await waitUntil("every client has got everything", within: .seconds(30)) {
                    clients.allSatisfy { $0.ledger.hasAll(of: count.acknowledged) }
                }
                for task in tasks { task.cancel() }
                for task in tasks { await task.value }
                let legs = clients.reduce(0) { $0 + $1.legCount }
                print(
                    "counted: \(count.total) events, \(clients.count) clients, \(legs) times another transport and hub")
                for ledger in clients.map(\.ledger) {
                    #expect(ledger.lost(of: count.acknowledged) == 0 && ledger.doubled == 0 && ledger.outOfOrder == 0)
                    #expect(ledger.resets.isEmpty)
                }
            }
        }
    }
}

/// A client that takes a few events over one transport from one hub, drops the connection, and goes on over another from
/// another.
private final class RoamingClient: Sendable {
    private struct Enough: Error {}

    private let topics: [String]
    private let hubs: [HubProcess]
    private let seed: Int
    private let state = Mutex((ledger: Ledger(), legCount: 0))

    init(topics: [String], hubs: [HubProcess], seed: Int) {
        self.topics = topics
        self.hubs = hubs
        self.seed = seed
    }

    var ledger: Ledger { self.state.withLock { $0.ledger } }
    var legCount: Int { self.state.withLock { $0.legCount } }

    func run() async {
        while !Task.isCancelled {
            let leg = self.seed + self.legCount
            // The numbers of transports and hubs have no common divisor, so every pair has its turn.
            let transport = Transports.naming[leg % Transports.naming.count]
            await self.listen(transport, self.hubs[leg % self.hubs.count], count: 1 + leg % 4)
            self.state.withLock { $0.legCount += 1 }
        }
    }

    private func listen(_ transport: any Transport, _ hub: HubProcess, count: Int) async {
        let cursor = self.ledger.cursor
        let plan = StreamPlan(topics: self.topics, start: cursor.isEmpty ? .earliest : .cursor(cursor))
        let rest = Mutex(count)
        try? await transport.stream(plan, from: hub) { signal in
            self.note(signal)
            guard case .event = signal else { return }
            // What came behind this event counts as not received.
            guard
                rest.withLock({
                    $0 -= 1; return $0
                }) > 0
            else { throw Enough() }
        }
    }

    private func note(_ signal: StreamSignal) {
        self.state.withLock { state in
            switch signal {
            case .began: break
            case .cursor(let cursor): state.ledger.moved(to: cursor)
            case .event(let event):
                state.ledger.event(topic: event.topic ?? "?", number: Int(event.data) ?? -1, id: event.id)
                state.ledger.moved(to: event.id)
            case .reset(let reset): state.ledger.reset(topic: reset.topic, reason: reset.reason)
            case .closed(let reason): state.ledger.closed(reason)
            }
        }
    }
}
