import DequeModule
import NIOCore

extension FanOutShard {
    /// Takes in what the ordering point tells, in its order. Events that came together leave together.
    /// - Parameter arrival: When the first of them came to this process.
    func apply(_ operations: [ShardOperation], arrival: NIODeadline) {
        var events: [Event] = []
        for operation in operations {
            if case .append(let event) = operation {
                if self.append(event) { events.append(event) }
                continue
            }
            self.deliver(&events, arrival: arrival)
            self.applyChange(operation)
        }
        self.deliver(&events, arrival: arrival)
    }

    private func append(_ event: Event) -> Bool {
        guard let topic = self.topics[event.topic], topic.isAttached, topic.isLive else { return false }
        topic.ring.append(event)
        return true
    }

    private func deliver(_ events: inout [Event], arrival: NIODeadline) {
        guard let last = events.last else { return }
        // Streams that fall behind now do so from before these events, so the head moves on only afterwards.
        self.deliverLive(events, arrival: arrival)
        self.knownClock = max(self.knownClock, last.offset)
        self.moveHead(to: last.offset.predecessor)
        events.removeAll(keepingCapacity: true)
    }

    private func applyChange(_ operation: ShardOperation) {
        switch operation {
        case .append: break
        case .live(let name, let ring, let verified, let generation):
            guard let topic = self.topics[name], topic.generation == generation else { return }
            self.goLive(topic, ring, verified: verified)
        case .ring(let name, let ring):
            guard let topic = self.topics[name], topic.isAttached else { return }
            topic.ring = ring
            topic.forgetPages()
        case .suspended(let name, let hole):
            guard let topic = self.topics[name], topic.isAttached else { return }
            self.suspend(topic, hole: hole)
        case .page(let name, let page):
            guard let topic = self.topics[name] else { return }
            for subscriber in self.pages.take(page, of: topic) { self.catchUp(subscriber) }
        case .confirmed(let name, let place, let clock):
            self.knownClock = max(self.knownClock, clock)
            let asking = self.topics[name]?.confirming.removeValue(forKey: place) ?? []
            // Who has begun meanwhile does not ask any longer.
            for subscriber in asking where subscriber.confirm(place) {
                if subscriber.phase == .opening { self.resolve(subscriber) } else { self.catchUp(subscriber) }
            }
        case .reached(let offset):
            self.moveHead(to: offset)
        case .lost(let gap):
            self.gap = gap
        case .entered(let epoch, let clock):
            self.enter(epoch, clock: clock)
        }
    }

    private func goLive(_ topic: ShardTopic, _ ring: ReplayRing, verified: Offset) {
        topic.isAttached = true
        topic.isLive = true
        topic.ring = ring
        topic.verified = verified
        topic.forgetPages()
        self.knownClock = max(self.knownClock, verified)
        topic.forEachSubscriber { subscriber in
            switch subscriber.phase {
            case .opening: self.resolve(subscriber)
            case .behind: self.catchUp(subscriber)
            case .live, .closed: break
            }
        }
        topic.joining.forEach(self.catchUp)
    }

    private func suspend(_ topic: ShardTopic, hole: Bool) {
        topic.isLive = false
        let isSliced = !topic.deliveries.isEmpty
        topic.deliveries = []
        topic.forEachSubscriber { subscriber in
            guard subscriber.phase != .opening else { return }
            if subscriber.phase == .live, !hole, !isSliced {
                // It has been sent everything up to the head, unless its turn in a delivery was still to come.
                subscriber.place = max(subscriber.place, self.head)
            }
            subscriber.phase = .behind
            // Should anything turn out to have been missed before the head, it lies after what is sure.
            guard let lane = subscriber.topics.firstIndex(where: { $0 === topic }) else { return }
            let sure = max(topic.ring.last, topic.verified, subscriber.origin(lane))
            guard subscriber.reached(lane) > sure, subscriber.policy(lane) == .prove else { return }
            let through = self.doubtEnd(lane, of: subscriber)
            subscriber.setPolicy(.doubt(after: sure, through: through, hole: hole), of: lane)
        }
    }

    /// Up to where a topic may have events that the stream was not sent. The last one it was sent may be this topic's too, and have
    /// come with another one first.
    private func doubtEnd(_ lane: Int, of subscriber: Subscriber) -> Offset {
        let reached = subscriber.reached(lane)
        let isSent = subscriber.topics.indices.contains { $0 != lane && subscriber.topics[$0].ring.contains(reached) }
        return isSent ? reached.predecessor : reached
    }

    /// Every stream is told that events may be lost, and begins again with the oldest that there is.
    private func enter(_ new: Epoch, clock: Offset) {
        let old = self.epoch
        let subscribers = self.allSubscribers()
        for topic in self.topics.values {
            self.pages.forgetRequests(of: topic)
            topic.forgetAll()
        }
        subscribers.forEach(self.pages.release)
        self.epoch = new
        self.head = .zero
        self.knownClock = clock
        self.gap = nil
        for subscriber in subscribers {
            subscriber.forgetConfirmation()
            guard self.hasBegun(subscriber, before: old), let old else { continue }
            let policies = subscriber.topics.indices.map { lane in
                if case .announce = subscriber.policy(lane) { return subscriber.policy(lane) }
                let requested = EventID(epoch: old, offset: subscriber.reached(lane)).description
                return GapPolicy.announce(.lost, requested: requested)
            }
            subscriber.begin(at: .zero) { policies[$0] }
            subscriber.phase = .behind
        }
    }

    /// Whether a stream was told anything of the epoch that has ended; one that was not just begins in the new one.
    private func hasBegun(_ subscriber: Subscriber, before old: Epoch?) -> Bool {
        guard subscriber.phase != .opening else {
            // What was published since the head of its answer may be lost with the epoch.
            if let old, let head = subscriber.unprovedHead {
                subscriber.start = .cursor(EventID(epoch: old, offset: head.place).description)
            }
            return false
        }
        guard !subscriber.isOpen else { return true }
        subscriber.phase = .opening
        return false
    }
}
