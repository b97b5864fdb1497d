import NIOCore

/// Takes in what the ordering point tells a shard, in its order. Used only on the shard's loop.
final class Arrivals {
    private let view: PartitionView
    private let turns: TurnQueue
    private let pages: CatchUpPages
    private let opener: StreamOpener
    private let changes: TopicChanges
    private let delivery: LiveDelivery

    init(
        _ view: PartitionView, _ turns: TurnQueue, _ pages: CatchUpPages, _ opener: StreamOpener,
        _ changes: TopicChanges, _ delivery: LiveDelivery
    ) {
        self.view = view
        self.turns = turns
        self.pages = pages
        self.opener = opener
        self.changes = changes
        self.delivery = delivery
    }

    /// Takes in operations. Events that came together leave together.
    /// - Parameter arrival: When the first of them came to this process.
    func take(_ operations: [ShardOperation], arrival: NIODeadline) {
        var events: [Event] = []
        for operation in operations {
            if case .append(let event) = operation {
                if self.view.topics[event.topic]?.append(event) == true { events.append(event) }
                continue
            }
            self.deliver(&events, arrival: arrival)
            self.take(operation)
        }
        self.deliver(&events, arrival: arrival)
    }

    private func deliver(_ events: inout [Event], arrival: NIODeadline) {
        guard let last = events.last else { return }
        // Streams that fall behind now do so from before these events, so the head moves on only afterwards.
        self.delivery.deliver(events, arrival: arrival)
        self.view.learn(clock: last.offset)
        self.moveHead(to: last.offset.predecessor)
        events.removeAll(keepingCapacity: true)
    }

    private func take(_ operation: ShardOperation) {
        switch operation {
        case .append: break
        case .live(let name, let ring, let verified, let generation):
            guard let topic = self.view.topics[name], topic.generation == generation else { return }
            self.goLive(topic, ring, verified: verified)
        case .ring(let name, let ring):
            if let topic = self.attached(name) { topic.replaceRing(ring) }
        case .suspended(let name, let hole):
            if let topic = self.attached(name) { self.suspend(topic, hole: hole) }
        case .page(let name, let page):
            guard let topic = self.view.topics[name] else { return }
            self.pages.take(page, of: topic).forEach(self.turns.append)
        case .confirmed(let name, let position, let clock):
            self.view.learn(clock: clock)
            if let topic = self.view.topics[name] { self.confirm(position, of: topic) }
        case .reached(let offset):
            self.moveHead(to: offset)
        case .reigned(let reigns, let clock):
            self.learn(reigns, clock: clock)
        case .entered(let epoch, let clock):
            self.enter(epoch, clock: clock)
        }
    }

    private func attached(_ name: Topic) -> ShardTopic? {
        guard let topic = self.view.topics[name], topic.isAttached else { return nil }
        return topic
    }

    private func moveHead(to offset: Offset) {
        self.view.moveHead(to: offset).forEach(self.turns.append)
    }

    private func goLive(_ topic: ShardTopic, _ ring: ReplayRing, verified: Offset) {
        topic.goLive(ring, verified: verified)
        self.view.learn(clock: verified)
        topic.forEachSubscriber { subscriber in
            switch subscriber.phase {
            case .opening: self.opener.resolve(subscriber)
            case .behind: self.turns.append(subscriber)
            case .live, .closed: break
            }
        }
        topic.joining.forEach(self.turns.append)
    }

    private func confirm(_ position: Offset, of topic: ShardTopic) {
        // Who has begun meanwhile does not ask any longer.
        for subscriber in topic.takeConfirmed(position) where subscriber.begin({ $0.confirm(position) }) {
            if subscriber.phase == .opening { self.opener.resolve(subscriber) } else { self.turns.append(subscriber) }
        }
    }

    // MARK: - What may be missed

    private func suspend(_ topic: ShardTopic, hole: Bool) {
        let isSliced = topic.isSliced
        topic.suspend()
        topic.forEachSubscriber { subscriber in
            guard subscriber.phase != .opening else { return }
            if subscriber.phase == .live, !hole, !isSliced {
                // It has been sent everything up to the head, unless its turn in a delivery was still to come.
                subscriber.advance(to: self.view.state.head)
            }
            subscriber.fallBehind()
            self.verify(topic, of: subscriber, hole: hole)
        }
    }

    /// Should anything of a topic turn out to have been missed before the stream's position, it lies after what is sure.
    private func verify(_ topic: ShardTopic, of subscriber: Subscriber, hole: Bool) {
        guard let index = subscriber.topics.firstIndex(where: { $0 === topic }) else { return }
        let progress = subscriber.progress
        let sure = max(topic.ring.last, topic.verified, progress.origin(index))
        let reached = progress.reached(index)
        guard reached > sure, progress.policy(index) == .prove else { return }
        // The last event that the stream was sent may be this topic's too, and have come with another one first.
        let isSent = subscriber.topics.contains { $0 !== topic && $0.ring.contains(reached) }
        let through = isSent ? reached.predecessor : reached
        subscriber.progress { $0.setPolicy(.verify(after: sure, through: through, hole: hole), of: index) }
    }

    /// Every stream is told that events may be lost, and begins again with the oldest that there is.
    private func enter(_ epoch: Epoch, clock: Offset) {
        let old = self.view.state.epoch
        let subscribers = self.changes.allSubscribers
        self.view.topics.values.forEach(self.pages.forgetRequests)
        subscribers.forEach(self.pages.release)
        self.view.enter(epoch, clock: clock)
        for subscriber in subscribers {
            subscriber.begin { $0.forgetConfirmation() }
            guard let old, self.hasBegun(subscriber, before: old) else { continue }
            self.lose(old, subscriber)
        }
    }

    /// Another server has taken over: whoever was told of what it lacks is told so, and nobody else.
    private func learn(_ reigns: Reigns, clock: Offset) {
        guard let epoch = self.view.state.epoch, let old = self.view.state.reigns else {
            return self.view.learn(reigns, clock: clock)
        }
        let parting = reigns.parting(from: old)
        let subscribers = self.changes.allSubscribers
        self.view.topics.values.forEach(self.pages.forgetRequests)
        for subscriber in subscribers {
            self.pages.release(subscriber)
            subscriber.begin { $0.forgetConfirmation() }
            guard subscriber.phase != .opening else {
                subscriber.begin { $0.part(from: old, to: reigns, epoch: epoch) }
                continue
            }
            guard subscriber.beginning.isHeadSent else {
                subscriber.reopen()
                continue
            }
            if !self.keepsPosition(subscriber, in: reigns, parting: parting) { self.lose(epoch, subscriber) }
            subscriber.fallBehind()
        }
        self.view.learn(reigns, clock: clock)
    }

    /// Whether a stream may go on. Its position may be none of the history and yet nothing was lost: where it is that of another
    /// topic's event, and none of its own topics had any since the histories parted.
    private func keepsPosition(_ subscriber: Subscriber, in reigns: Reigns, parting: Offset?) -> Bool {
        let progress = subscriber.progress
        guard !progress.stands(in: reigns) else { return true }
        guard let parting, parting < progress.position, progress.isTogether,
            subscriber.topics.allSatisfy({ $0.ring.last > .zero && $0.ring.last <= parting })
        else { return false }
        subscriber.progress {
            $0.begin(at: parting) { index in
                if case .announce = progress.policy(index) { progress.policy(index) } else { .prove }
            }
        }
        return true
    }

    private func lose(_ epoch: Epoch, _ subscriber: Subscriber) {
        let progress = subscriber.progress
        subscriber.progress {
            $0.begin(at: .zero) { index in
                if case .announce = progress.policy(index) { return progress.policy(index) }
                let requested = EventID(epoch: epoch, offset: progress.reached(index)).description
                return .announce(.lost, requested: requested)
            }
        }
        subscriber.fallBehind()
    }

    /// Whether a stream was told anything of the epoch that has ended; one that was not just begins in the new one.
    private func hasBegun(_ subscriber: Subscriber, before old: Epoch) -> Bool {
        guard subscriber.phase != .opening else {
            subscriber.begin { $0.loseEpoch(old) }
            return false
        }
        guard !subscriber.beginning.isHeadSent else { return true }
        subscriber.reopen()
        return false
    }
}
