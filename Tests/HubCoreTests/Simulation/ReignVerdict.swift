@testable import HubCore

/// What a client of a simulated cluster was told while servers took over from each other, held against the log at the end.
struct ReignVerdict: CustomStringConvertible {
    private let verdict: EpochVerdict
    /// Events that are none of the history, of topics for which no reset was told after them.
    private(set) var untold: [EventID] = []
    /// Resets of clients that had been told of nothing that any server lacks.
    private(set) var needless: [SimulatedClient.Item] = []
    private(set) var resets = 0

    /// Holds a client against the log, which has never been trimmed.
    init(_ client: SimulatedClient, _ server: SimulatedServer) {
        self.verdict = EpochVerdict(client, server.log)
        for item in client.items {
            switch item {
            case .event(let id, _):
                if server.foreign.contains(id.offset) { self.untold.append(id) }
            case .reset(let topic, _, let requested, _, _):
                self.resets += 1
                let isKnown = Cursor(requested).map { $0.id.offset <= server.firstParting } ?? false
                if isKnown { self.needless.append(item) }
                self.untold.removeAll { id in client.items.contains(.event(id, topic)) }
            case .connected, .began, .subscribed, .unsubscribed: break
            }
        }
    }

    var isGood: Bool { self.verdict.isGood && self.untold.isEmpty && self.needless.isEmpty }

    var description: String {
        "\(self.verdict), of no history \(self.untold.prefix(2)), needless \(self.needless.prefix(2))"
    }
}
