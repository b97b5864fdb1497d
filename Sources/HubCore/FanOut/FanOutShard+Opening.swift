extension FanOutShard {
    /// Where a stream, or a topic of one, begins.
    enum Beginning {
        /// There, with what is to be said of a gap.
        case place(Offset, GapPolicy)
        /// The cursor is ahead of what is known here, so that the bus has to be asked first.
        case unconfirmed(Cursor)
    }

    /// Decides where a stream begins, once its feeds are live; does nothing before.
    func resolve(_ subscriber: Subscriber) {
        guard subscriber.phase == .opening, let start = subscriber.start, let epoch = self.epoch,
            subscriber.topics.allSatisfy(\.isLive)
        else { return }
        switch self.beginning(start, of: subscriber.topics, in: epoch, for: subscriber) {
        case .place(let place, let policy): self.begin(subscriber, at: place, policy)
        case .unconfirmed(let cursor): self.confirm(cursor, of: subscriber.topics[0], for: subscriber)
        }
    }

    /// Where topics begin that are live.
    func beginning(
        _ start: StartPosition, of topics: [ShardTopic], in epoch: Epoch, for subscriber: Subscriber
    ) -> Beginning {
        let known = topics.reduce(self.head) { max($0, $1.verified, $1.ring.last) }
        if subscriber.phase == .opening, let head = subscriber.unprovedHead,
            let beginning = self.beginning(start, after: head, known: known)
        {
            return beginning
        }
        switch start {
        case .latest:
            return .place(known, .prove)
        case .earliest:
            return .place(.zero, .accept(until: .maximum))
        case .time(let milliseconds):
            return .place(min(known, Offset(before: milliseconds)), .prove)
        case .cursor(let text):
            guard let cursor = Cursor(text) else {
                // Every topic's reset repeats it.
                return .place(.zero, .announce(.unknown, requested: text.beginning(byteCount: 128)))
            }
            let isPlausible = cursor.id.epoch == epoch && cursor.id.offset <= max(known, self.knownClock)
            let isAhead = cursor.id.epoch > epoch || (cursor.id.epoch == epoch && !isPlausible)
            if isAhead, !subscriber.isConfirmed(cursor.id.offset) { return .unconfirmed(cursor) }
            guard isPlausible, self.gap?.contains(cursor.id.offset) != true else {
                return .place(.zero, .announce(.lost, requested: text))
            }
            return .place(cursor.id.offset, .prove)
        }
    }

    /// The head of the answer can be sent.
    func open(_ subscriber: Subscriber, _ opening: StreamOpening) {
        guard !subscriber.isOpen else { return }
        subscriber.isOpen = true
        if subscriber.phase != .opening { subscriber.start = nil }
        self.statistics.opened[opening.replay, default: 0] += 1
        self.scheduleHeartbeat(subscriber)
        subscriber.outlet.open(opening)
        if subscriber.phase != .closed { subscriber.outlet.directSocket?.stream = subscriber }
        subscriber.isHeadPending = !subscriber.outlet.isWritable
        if !subscriber.changes.isEmpty { self.catchUp(subscriber) }
    }

    /// Asks the bus itself: this member may lag behind the one that gave out the cursor.
    func confirm(_ cursor: Cursor, of topic: ShardTopic, for subscriber: Subscriber) {
        guard subscriber.ask(cursor.id.offset) else { return }
        topic.confirming[cursor.id.offset, default: []].append(subscriber)
        self.partition.requestConfirmation(of: topic.topic, after: cursor.id.offset, shard: self.index)
    }

    private func begin(_ subscriber: Subscriber, at place: Offset, _ policy: GapPolicy = .prove) {
        subscriber.isReplay = subscriber.start != .latest
        if subscriber.isOpen { subscriber.start = nil }
        subscriber.unprovedHead = nil
        subscriber.forgetConfirmation()
        subscriber.begin(at: place) { _ in policy }
        subscriber.phase = .behind
        self.catchUp(subscriber)
    }
}

extension FanOutShard {
    /// Settles where the topics begin that were asked for from the earliest event on, since what is known of them is there now.
    func settleBeginnings(of subscriber: Subscriber, _ lanes: inout [StreamMerge.Lane]) {
        var beginnings: [(lane: Int, place: Offset)] = []
        for index in lanes.indices {
            guard case .accept(let until) = subscriber.policy(index) else { continue }
            let beginning = lanes[index].gap ?? subscriber.reached(index)
            beginnings.append((index, min(beginning, until)))
            if beginning <= until { lanes[index].gap = nil }
        }
        subscriber.settleBeginnings(beginnings)
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
