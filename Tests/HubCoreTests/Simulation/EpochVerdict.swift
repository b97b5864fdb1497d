@testable import HubCore

/// What a client of a simulated cluster was told while epochs came and went, held against the log at the end.
///
/// What a rollback took away nobody can have; but a client that saw anything of an earlier epoch must have been told
/// `lost` of each of its topics, and have got from there on everything that there is, in order and once.
struct EpochVerdict: CustomStringConvertible {
    private(set) var doubled: [EventID] = []
    private(set) var outOfOrder: [EventID] = []
    /// Events of another epoch than those before them, of a topic for which no reset was told in between.
    private(set) var untold: [EventID] = []
    private(set) var lost: [EventID] = []

    /// Holds a client against the log, which has never been trimmed.
    init(_ client: SimulatedClient, _ log: MemoryLog) {
        self.check(client)
        for topic in client.topics { self.check(topic, of: client, log) }
    }

    private mutating func check(_ client: SimulatedClient) {
        var epochs = Dictionary(uniqueKeysWithValues: client.topics.map { ($0, client.startEpoch) })
        var seen: Set<EventID> = []
        var position: EventID?
        for item in client.items {
            switch item {
            case .event(let id, let topic):
                if epochs[topic] != id.epoch, epochs[topic] != .some(nil) { self.untold.append(id) }
                epochs[topic] = id.epoch
                if !seen.insert(id).inserted { self.doubled.append(id) }
                if let position, position.epoch == id.epoch, id.offset <= position.offset { self.outOfOrder.append(id) }
                position = id
            case .reset(let topic, _, _, _, _):
                epochs[topic] = .some(nil)
                seen = []
                position = nil
            case .connected, .began, .subscribed, .unsubscribed: break
            }
        }
    }

    private mutating func check(_ topic: Topic, of client: SimulatedClient, _ log: MemoryLog) {
        let reset = client.items.lastIndex { item in
            if case .reset(topic, _, _, _, _) = item { true } else { false }
        }
        var start = Offset.zero
        if reset == nil {
            start = client.startEpoch == log.epoch ? client.start : .zero
        }
        let told = Set(client.items[(reset ?? 0)...].compactMap(\.id))
        let entries = log.page(topic, .after(start), limit: 1_000_000).entries
        self.lost += entries.map(\.id).filter { !told.contains($0) }
    }

    var isGood: Bool {
        self.doubled.isEmpty && self.outOfOrder.isEmpty && self.untold.isEmpty && self.lost.isEmpty
    }

    var description: String {
        "lost \(self.lost.count) from \(self.lost.first.map { "\($0)" } ?? "-"), doubled \(self.doubled.prefix(2)), "
            + "out of order \(self.outOfOrder.prefix(2)), untold \(self.untold.prefix(2))"
    }
}

extension SimulatedClient.Item {
    /// The event's id.
    fileprivate var id: EventID? {
        if case .event(let id, _) = self { id } else { nil }
    }
}
