import Logging

/// What the bus tells, on its loop.
extension Partition: EventBusDelegate {
    func busSubscribed(_ topic: Topic) {
        // A topic that was left and taken up again may be acknowledged twice: its shards are told that it is read anew.
        self.update(topic, hole: false) { $0.subscribed() }
        self.flush()
    }

    func busReceived(_ change: LogChange) {
        switch change {
        case .appended(let event):
            guard self.isCurrent(event.id.epoch) else { return }
            self.update(event.topic) { $0.appended(event, head: self.head) }
            // Not up to the event itself: of an event of several topics, the others may still be under way.
            self.moveHead(to: event.offset.predecessor, of: event.topic)
        case .deleted(let topic, let last, let epoch):
            guard self.isCurrent(epoch) else { return }
            self.update(topic) { $0.deleted(last: last) }
        case .retired(let topic, let last, let epoch):
            guard self.isCurrent(epoch) else { return }
            self.update(topic) { $0.retired(last: last) }
        }
    }

    func busReceivedAll() {
        self.flush()
    }

    func busReached(_ place: EventID) {
        guard self.isCurrent(place.epoch), place.offset > self.head else { return }
        self.head = place.offset
        for shard in self.mailboxes.indices { self.mailboxes[shard].announce(place.offset) }
        self.flush()
    }

    func busEntered(_ epoch: Epoch, clock: Offset) {
        guard epoch > self.epoch ?? Epoch(rawValue: 0) else { return }
        if self.epoch != nil {
            self.counters.epochs += 1
            self.logger.warning("A new epoch began: every stream is told that events may be lost")
        }
        self.epoch = epoch
        self.head = .zero
        self.gap = nil
        for shard in self.mailboxes.indices { self.mailboxes[shard].enter(epoch, clock: clock) }
        for topic in self.entries.keys {
            self.entries[topic]?.sweep.forgetPages()
            self.update(topic) { $0.entered() }
        }
        self.flush()
    }

    func busLostSubscriptions() {
        self.counters.losses += 1
        for topic in self.entries.keys {
            self.update(topic, hole: false) { feed in
                feed.lost()
                return .none
            }
        }
        self.flush()
    }

    /// Whether an epoch is the one in force; a higher one is, from now on.
    func isCurrent(_ epoch: Epoch) -> Bool {
        self.busEntered(epoch, clock: .zero)
        return epoch == self.epoch
    }

    /// Everything up to here has arrived. An event that was news told its shards already; one that was not may be what
    /// a stream there waits for.
    private func moveHead(to offset: Offset, of topic: Topic) {
        guard offset > self.head else { return }
        self.head = offset
        for shard in self.mailboxes.indices { self.mailboxes[shard].reach(offset) }
        for shard in (self.entries[topic]?.shards ?? [:]).keys { self.mailboxes[shard].announce(offset) }
    }
}
