@testable import HubCore

/// What a client of a simulated cluster was told, held against what was published.
struct Verdict: CustomStringConvertible {
    private(set) var doubled: [EventID] = []
    private(set) var outOfOrder: [EventID] = []
    private(set) var lost: [Event] = []
    private(set) var needlessResets: [SimulatedClient.Item] = []
    private(set) var resets = 0
    private(set) var received = 0

    /// Holds a client against the history.
    /// - Parameters:
    ///   - start: Where the client began.
    ///   - history: All events that were ever published and not rolled back.
    init(_ client: SimulatedClient, from start: Offset, history: [Event]) {
        var place = start
        var seen: Set<EventID> = []
        var gaps: [(topic: Topic, from: Offset, to: Offset)] = []
        for (index, item) in client.items.enumerated() {
            switch item {
            case .event(let id, _):
                self.received += 1
                if !seen.insert(id).inserted { self.doubled.append(id) }
                if id.offset <= place { self.outOfOrder.append(id) }
                place = max(place, id.offset)
            case .reset(let topic, _, let requested, _):
                self.resets += 1
                // A reset without a cursor of its own is settled by what follows it.
                guard let end = client.items[index...].lazy.compactMap(\.place).first else { continue }
                gaps.append((topic, Cursor(requested)?.id.offset ?? .zero, end))
                if case .reset(_, _, _, .some) = item { place = max(place, end) }
            }
        }
        let topics = Set(client.topics)
        self.lost = history.filter { event in
            event.offset > start && topics.contains(event.topic) && !seen.contains(event.id)
                && !gaps.contains { $0.topic == event.topic && event.offset <= $0.to }
        }
        for (item, gap) in zip(client.items.filter(\.isReset), gaps) {
            let wasTrimmed = history.contains {
                $0.topic == gap.topic && $0.offset > gap.from && $0.offset <= gap.to
            }
            if !wasTrimmed { self.needlessResets.append(item) }
        }
    }

    var isGood: Bool {
        self.doubled.isEmpty && self.outOfOrder.isEmpty && self.lost.isEmpty && self.needlessResets.isEmpty
    }

    var description: String {
        "received \(self.received), lost \(self.lost.count) from \(self.lost.first.map { "\($0.id)" } ?? "-"), "
            + "doubled \(self.doubled.prefix(2)), out of order \(self.outOfOrder.prefix(2)), resets \(self.resets), "
            + "needless resets \(self.needlessResets.prefix(2))"
    }
}

extension SimulatedClient.Item {
    var isReset: Bool {
        if case .reset = self { true } else { false }
    }

    /// The place after it.
    var place: Offset? {
        switch self {
        case .event(let id, _): id.offset
        case .reset(_, _, _, let cursor): cursor?.id.offset
        }
    }
}
