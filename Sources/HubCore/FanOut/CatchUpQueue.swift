import DequeModule

/// Streams that wait for their turn to catch up, each once.
struct CatchUpQueue {
    private var subscribers: Deque<Subscriber> = []
    var isEmpty: Bool { self.subscribers.isEmpty }

    mutating func append(_ subscriber: Subscriber) {
        guard !subscriber.isQueued else { return }
        subscriber.isQueued = true
        self.subscribers.append(subscriber)
    }

    mutating func next() -> Subscriber? {
        guard let subscriber = self.subscribers.popFirst() else { return nil }
        subscriber.isQueued = false
        return subscriber
    }
}
