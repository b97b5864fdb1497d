import HubCore
import Synchronization

/// Writes down what a bus tells.
final class BusRecorder: EventBusDelegate {
    enum Entry: Equatable {
        case subscribed(Topic)
        case appended(EventID, Topic, previous: Offset, data: String)
        case deleted(Topic, Offset)
        case retired(Topic, Offset)
        case receivedAll
        case reached(EventID)
        case entered(Epoch)
        case lost
    }

    private let entries = Mutex<[Entry]>([])

    var all: [Entry] { self.entries.withLock { $0 } }

    /// The appended events, in the order of their arrival.
    var events: [(id: EventID, topic: Topic, previous: Offset, data: String)] {
        self.all.compactMap { entry in
            guard case .appended(let id, let topic, let previous, let data) = entry else { return nil }
            return (id, topic, previous, data)
        }
    }

    var epochs: [Epoch] {
        self.all.compactMap { entry in
            guard case .entered(let epoch) = entry else { return nil }
            return epoch
        }
    }

    func count(_ matches: (Entry) -> Bool) -> Int { self.all.count(where: matches) }

    func busSubscribed(_ topic: Topic) { self.add(.subscribed(topic)) }
    func busReceivedAll() { self.add(.receivedAll) }
    func busReached(_ position: EventID) { self.add(.reached(position)) }
    func busEntered(_ epoch: Epoch, clock: Offset) { self.add(.entered(epoch)) }
    func busLostSubscriptions() { self.add(.lost) }

    func busReceived(_ change: LogChange) {
        switch change {
        case .appended(let event):
            self.add(.appended(event.id, event.topic, previous: event.previous, data: event.data.text))
        case .deleted(let topic, let last, _): self.add(.deleted(topic, last))
        case .retired(let topic, let last, _): self.add(.retired(topic, last))
        }
    }

    private func add(_ entry: Entry) { self.entries.withLock { $0.append(entry) } }
}
