import HubCore

/// Makes a page of what a log holds, whatever that is: in a page each event names the one before it as its previous, so that
/// a gap is always at a page's beginning, where it is noticed.
struct LogChain {
    /// Whether the page is the newest part of the log.
    let isTail: Bool
    private var events: [Event] = []
    /// The last entry that was passed over, if no event came after it.
    private var passedOver: Offset?
    /// Whether there is more than the page: older events of a tail, newer ones otherwise.
    private(set) var isCut = false

    /// Makes a chain of entries that are to be added in rising order.
    init(_ range: LogRange) {
        self.isTail = range == .tail
    }

    /// The events of the page.
    var entries: [Event] { self.events }

    /// Adds an entry of the log that the topic's last offset reaches.
    mutating func add(_ entry: LogEntry) {
        guard self.isTail || !self.isCut else { return }
        switch entry {
        case .other(let offset):
            guard !self.events.isEmpty else { return self.passedOver = offset }
            self.cut(at: offset)
        case .event(let event):
            self.add(event)
        }
    }

    /// The log ends with an event that it does not hold.
    mutating func miss(_ last: Offset) {
        guard self.isTail || !self.isCut, let event = self.events.last, event.offset < last else { return }
        self.cut(at: last)
    }

    /// What makes the rest of the log a page of its own; a tail begins anew after it.
    private mutating func cut(at offset: Offset) {
        self.isCut = true
        guard self.isTail else { return }
        self.events = []
        self.passedOver = offset
    }

    private mutating func add(_ event: Event) {
        var previous = max(event.previous, self.passedOver ?? .zero)
        if let last = self.events.last {
            if previous > last.offset {
                self.cut(at: last.offset)
                guard self.isTail else { return }
            } else {
                // Everything in between is here, whatever the entry says.
                previous = last.offset
            }
        }
        self.passedOver = nil
        self.events.append(previous == event.previous ? event : event.following(previous))
    }
}

extension Event {
    /// The same event after another one.
    fileprivate func following(_ previous: Offset) -> Event {
        Event(id: self.id, topic: self.topic, previous: previous, name: self.name, data: self.data, retry: self.retry)
    }
}
