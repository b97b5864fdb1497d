extension FanOutShard {
    /// Decides where a stream begins, once its feeds are live; does nothing before.
    func resolve(_ subscriber: Subscriber) {
        guard subscriber.phase == .opening, let start = subscriber.start, let epoch = self.epoch,
            subscriber.topics.allSatisfy(\.isLive)
        else { return }
        let known = subscriber.topics.reduce(self.head) { max($0, $1.verified, $1.ring.last) }
        switch start {
        case .latest:
            self.begin(subscriber, at: known)
        case .earliest:
            self.begin(subscriber, at: .zero, .accept)
        case .time(let milliseconds):
            let time = Offset(milliseconds: milliseconds, sequence: 0)?.rawValue ?? .max
            self.begin(subscriber, at: min(known, Offset(rawValue: time == 0 ? 0 : time - 1)))
        case .cursor(let text):
            guard let cursor = Cursor(text) else {
                // Every topic's reset repeats it.
                return self.begin(subscriber, at: .zero, .announce(.unknown, requested: text.beginning(byteCount: 128)))
            }
            let isPlausible = cursor.id.epoch == epoch && cursor.id.offset <= max(known, self.knownClock)
            let isAhead = cursor.id.epoch > epoch || (cursor.id.epoch == epoch && !isPlausible)
            if isAhead, !subscriber.isConfirmed { return self.confirm(subscriber, cursor) }
            guard isPlausible, self.gap?.contains(cursor.id.offset) != true else {
                return self.begin(subscriber, at: .zero, .announce(.lost, requested: text))
            }
            self.begin(subscriber, at: cursor.id.offset)
        }
    }

    /// The time for the head of the answer has come, and nothing is known yet.
    func openUnproved(_ subscriber: Subscriber) {
        guard subscriber.phase != .closed, !subscriber.isOpen else { return }
        // What is published from now on comes after the head of the answer, so this is where the latest begins.
        if subscriber.start == .latest, let epoch = self.epoch {
            subscriber.start = .cursor(EventID(epoch: epoch, offset: self.head).description)
        }
        self.open(subscriber, StreamOpening(replay: nil, cursor: nil))
    }

    /// The head of the answer can be sent.
    func open(_ subscriber: Subscriber, _ opening: StreamOpening) {
        guard !subscriber.isOpen else { return }
        subscriber.isOpen = true
        self.statistics.opened[opening.replay, default: 0] += 1
        self.scheduleHeartbeat(subscriber)
        subscriber.outlet.open(opening)
    }

    /// Asks the bus itself: this member may lag behind the one that gave out the cursor.
    private func confirm(_ subscriber: Subscriber, _ cursor: Cursor) {
        let topic = subscriber.topics[0]
        topic.confirming[cursor.id.offset, default: []].append(subscriber)
        self.partition.requestConfirmation(of: topic.topic, after: cursor.id.offset, shard: self.index)
    }

    private func begin(_ subscriber: Subscriber, at place: Offset, _ policy: GapPolicy = .prove) {
        subscriber.isReplay = subscriber.start != .latest
        subscriber.start = nil
        subscriber.place = place
        subscriber.origin = place
        subscriber.policies = policy == .prove ? [] : Array(repeating: policy, count: subscriber.topics.count)
        subscriber.phase = .behind
        self.catchUp(subscriber)
    }
}

extension String {
    /// The longest beginning that is whole in UTF-8 and has at most so many bytes.
    func beginning(byteCount: Int) -> String {
        guard self.utf8.count > byteCount else { return self }
        var end = self.utf8.index(self.startIndex, offsetBy: byteCount)
        while end.samePosition(in: self.unicodeScalars) == nil { end = self.utf8.index(before: end) }
        return String(self[..<end])
    }
}
