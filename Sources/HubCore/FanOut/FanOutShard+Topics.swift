import DequeModule
import NIOCore

extension FanOutShard {
    /// Gives an open stream one more topic. Everything stays proved: nothing is lost, doubled or reordered by it.
    ///
    /// A topic that begins before the stream's place has its past replayed first, up to that place, while the other topics
    /// wait; only then ids go back.
    /// - Parameters:
    ///   - subscriber: The stream.
    ///   - topic: A topic that it does not have, or that it is about to be rid of.
    ///   - start: Where the topic begins.
    ///   - answer: Is called when the topic is there, before its first event, with a cursor that is safe for all topics of
    ///     the stream from then on; `nil` if a reset comes first. Never called if the stream ends before.
    public func subscribe(
        _ subscriber: Subscriber, to topic: Topic, from start: StartPosition, answer: @escaping (Cursor?) -> Void
    ) {
        self.eventLoop.preconditionInEventLoop()
        guard subscriber.phase != .closed else { return }
        let attached = self.attach(topic)
        let slot = attached.joining.insert(subscriber)
        subscriber.changes.append(TopicChange(kind: .add(attached, slot: slot, from: start), answer: answer))
        self.catchUp(subscriber)
    }

    /// Rids an open stream of a topic; it may be its last.
    /// - Parameters:
    ///   - subscriber: The stream.
    ///   - topic: One of its topics, or one that it is about to be given.
    ///   - answer: Is called after the topic's last event, with the stream's cursor.
    public func unsubscribe(_ subscriber: Subscriber, from topic: Topic, answer: @escaping (Cursor?) -> Void) {
        self.eventLoop.preconditionInEventLoop()
        guard subscriber.phase != .closed else { return }
        subscriber.changes.append(TopicChange(kind: .remove(topic), answer: answer))
        self.catchUp(subscriber)
    }

    /// Makes the changes that can be made. One that has to wait does not hold up the stream's events.
    func makeChanges(of subscriber: Subscriber) {
        while subscriber.isOpen, subscriber.phase == .behind || subscriber.phase == .live,
            let change = subscriber.changes.first
        {
            switch change.kind {
            case .add(let topic, let slot, let start):
                guard topic.isLive, let (place, policy) = self.beginning(of: topic, start, for: subscriber) else {
                    return
                }
                topic.joining.remove(at: slot)
                self.change(subscriber) { $0.add(topic, at: place, policy) }
                subscriber.forgetConfirmation()
                subscriber.changes.removeFirst()
                change.answer(policy == .prove ? self.cursor(at: subscriber.place) : nil)
            case .remove(let name):
                subscriber.changes.removeFirst()
                self.remove(name, from: subscriber)
                change.answer(self.cursor(at: subscriber.place))
            }
        }
    }

    /// Where a topic begins in a stream that is open; `nil` while that is not known.
    private func beginning(
        of topic: ShardTopic, _ start: StartPosition, for subscriber: Subscriber
    ) -> (Offset, GapPolicy)? {
        guard let epoch = self.epoch else { return nil }
        switch self.beginning(start, of: [topic], in: epoch, for: subscriber) {
        case .place(let place, .accept):
            // Known before the topic begins, so that the stream's place does not go back further than needed.
            let lane = self.lane(of: topic, subscriber.topics.count, after: place, for: subscriber)
            return lane.map { ($0.gap ?? place, .prove) }
        case .place(let place, let policy):
            // This member may lag behind the one where the stream was before: the latest is never before its place.
            return (start == .latest ? max(place, subscriber.place) : place, policy)
        case .unconfirmed(let cursor):
            self.confirm(cursor, of: topic, for: subscriber)
            return nil
        }
    }

    private func remove(_ name: Topic, from subscriber: Subscriber) {
        guard let lane = subscriber.topics.firstIndex(where: { $0.topic == name }) else { return }
        let topic = subscriber.topics[lane]
        self.change(subscriber) { $0.remove(lane) }
        self.release(topic)
    }

    /// Changes the topics of a stream, which goes on by pulling.
    private func change(_ subscriber: Subscriber, _ body: (Subscriber) -> Void) {
        if subscriber.phase == .live {
            // It has been sent everything up to the head, unless its turn in a delivery is still to come.
            let isSliced = subscriber.topics.contains { !$0.deliveries.isEmpty }
            if !isSliced { subscriber.place = max(subscriber.place, self.head) }
            subscriber.phase = .behind
        }
        self.delist(subscriber)
        body(subscriber)
        self.enlist(subscriber)
    }

    /// Enters a stream into the rosters of its topics.
    func enlist(_ subscriber: Subscriber) {
        let topics = subscriber.topics
        switch topics.count {
        case 0: subscriber.slots = [self.idle.insert(subscriber)]
        case 1: subscriber.slots = [topics[0].single.insert(subscriber)]
        default: subscriber.slots = topics.map { $0.several.insert(subscriber) }
        }
    }

    /// Takes a stream from the rosters of its topics.
    func delist(_ subscriber: Subscriber) {
        switch subscriber.topics.count {
        case 0: self.idle.remove(at: subscriber.slots[0])
        case 1: subscriber.topics[0].single.remove(at: subscriber.slots[0])
        default: for (topic, slot) in zip(subscriber.topics, subscriber.slots) { topic.several.remove(at: slot) }
        }
    }

    /// The stream ends before its changes are made.
    func forgetChanges(of subscriber: Subscriber) {
        for change in subscriber.changes {
            guard case .add(let topic, let slot, _) = change.kind else { continue }
            topic.joining.remove(at: slot)
            self.release(topic)
        }
        subscriber.changes = []
    }
}
