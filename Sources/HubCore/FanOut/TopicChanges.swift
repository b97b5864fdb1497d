import DequeModule
import NIOCore

/// A topic that an open stream is to be given, or to be rid of.
struct TopicChange {
    enum Kind {
        /// The slot is that of the stream among those that wait for the topic.
        case add(ShardTopic, slot: Int, from: StartPosition)
        case remove(Topic)
    }

    let kind: Kind
    /// Gets the stream's cursor when the change is made, before anything that follows from it is sent.
    let completion: (Cursor?) -> Void
}

/// Which topics the streams of one shard have. Used only on its loop.
final class TopicChanges {
    private let view: PartitionView
    private let pages: CatchUpPages
    private let turns: TurnQueue
    private let opener: StreamOpener
    /// Streams without a topic: one of a client that may take up another.
    private var idle = Roster()

    init(_ view: PartitionView, _ pages: CatchUpPages, _ turns: TurnQueue, _ opener: StreamOpener) {
        self.view = view
        self.pages = pages
        self.turns = turns
        self.opener = opener
    }

    var allSubscribers: [Subscriber] {
        var seen: Set<ObjectIdentifier> = []
        var subscribers: [Subscriber] = []
        self.idle.forEach { subscribers.append($0) }
        for topic in self.view.topics.values {
            topic.forEachSubscriber { if seen.insert(ObjectIdentifier($0)).inserted { subscribers.append($0) } }
        }
        return subscribers
    }

    // MARK: - Rosters

    /// Enters a stream into the rosters of its topics.
    func enlist(_ subscriber: Subscriber) {
        let topics = subscriber.topics
        guard !topics.isEmpty else { return subscriber.take(slots: [self.idle.insert(subscriber)]) }
        subscriber.take(slots: topics.map { $0.enlist(subscriber, isOnly: topics.count == 1) })
    }

    /// Takes a stream that ends from its topics, and from those that it was to be given.
    func leave(_ subscriber: Subscriber) {
        for change in subscriber.changes {
            guard case .add(let topic, let slot, _) = change.kind else { continue }
            topic.admit(slot)
            self.release(topic)
        }
        subscriber.removeAllChanges()
        self.delist(subscriber)
        subscriber.topics.forEach(self.release)
    }

    private func delist(_ subscriber: Subscriber) {
        let topics = subscriber.topics
        guard !topics.isEmpty else { return self.idle.remove(at: subscriber.slots[0]) }
        for (topic, slot) in zip(topics, subscriber.slots) { topic.delist(slot, isOnly: topics.count == 1) }
    }

    private func release(_ topic: ShardTopic) {
        if self.view.release(topic) { self.pages.forgetRequests(of: topic) }
    }

    // MARK: - Changes

    /// A stream is to be given one more topic.
    func add(
        _ topic: Topic, to subscriber: Subscriber, from start: StartPosition, completion: @escaping (Cursor?) -> Void
    ) {
        let attached = self.view.attach(topic)
        let slot = attached.await(subscriber)
        self.append(TopicChange(kind: .add(attached, slot: slot, from: start), completion: completion), to: subscriber)
    }

    /// A stream is to be rid of a topic.
    func remove(_ topic: Topic, from subscriber: Subscriber, completion: @escaping (Cursor?) -> Void) {
        self.append(TopicChange(kind: .remove(topic), completion: completion), to: subscriber)
    }

    private func append(_ change: TopicChange, to subscriber: Subscriber) {
        subscriber.append(change)
        self.turns.append(subscriber)
    }

    /// Makes the changes that can be made. One that has to wait does not hold up the stream's events. A topic waits until every
    /// reset that is due was told, since the cursor that comes with it stands for all topics.
    func make(of subscriber: Subscriber) {
        while subscriber.beginning.isHeadSent, subscriber.phase == .behind || subscriber.phase == .live,
            let change = subscriber.changes.first
        {
            switch change.kind {
            case .add(let topic, let slot, let start):
                guard topic.isLive, subscriber.progress.provesOnly,
                    let (position, policy) = self.beginning(of: topic, start, for: subscriber)
                else {
                    return
                }
                topic.admit(slot)
                self.change(subscriber) { $0.add(topic, at: position, policy) }
                subscriber.begin { $0.forgetConfirmation() }
                subscriber.removeFirstChange()
                change.completion(policy == .prove ? self.view.state.cursor(at: subscriber.position) : nil)
            case .remove(let name):
                subscriber.removeFirstChange()
                self.remove(name, from: subscriber)
                change.completion(self.view.state.cursor(at: subscriber.position))
            }
        }
    }

    /// Where a topic begins in a stream that is open; `nil` while that is not known.
    private func beginning(
        of topic: ShardTopic, _ start: StartPosition, for subscriber: Subscriber
    ) -> (Offset, GapPolicy)? {
        switch self.opener.resolve(start, of: [topic], for: subscriber) {
        case nil:
            return nil
        case .position(let position, .accept):
            // Known before the topic begins, so that the stream's position does not go back further than needed.
            let lane = self.pages.lane(of: topic, subscriber.topics.count, after: position, for: subscriber)
            return lane.map { ($0.gap ?? position, .prove) }
        case .position(let position, let policy):
            // This member may lag behind the one where the stream was before: the latest is never before its position.
            return (start == .latest ? max(position, subscriber.position) : position, policy)
        case .unconfirmed(let cursor):
            self.opener.confirm(cursor, of: topic, for: subscriber)
            return nil
        }
    }

    private func remove(_ name: Topic, from subscriber: Subscriber) {
        guard let index = subscriber.topics.firstIndex(where: { $0.topic == name }) else { return }
        let topic = subscriber.topics[index]
        self.change(subscriber) { $0.removeTopic(index) }
        self.release(topic)
    }

    /// Changes the topics of a stream, which goes on by pulling.
    private func change(_ subscriber: Subscriber, _ body: (Subscriber) -> Void) {
        if subscriber.phase == .live {
            // It has been sent everything up to the head, unless its turn in a delivery is still to come.
            let isSliced = subscriber.topics.contains(where: \.isSliced)
            if !isSliced { subscriber.advance(to: self.view.state.head) }
            subscriber.fallBehind()
        }
        self.delist(subscriber)
        body(subscriber)
        self.enlist(subscriber)
    }
}
