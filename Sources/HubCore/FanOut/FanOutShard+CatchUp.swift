import DequeModule
import NIOCore

extension FanOutShard {
    /// Lets a stream that is behind have its turn, soon.
    func catchUp(_ subscriber: Subscriber) {
        self.catchUps.append(subscriber)
        self.scheduleWork()
    }

    /// Gives a stream what lies between its place and the newest event, as far as is known and its outlet takes it.
    func pull(_ subscriber: Subscriber) {
        guard subscriber.phase == .behind, subscriber.topics.allSatisfy(\.isLive) else { return }
        var isWaiting = false
        let lanes = subscriber.topics.enumerated().map { index, topic in
            guard var lane = topic.lane(after: subscriber.place, head: self.head) else {
                isWaiting = true
                self.requestPage(of: topic, for: subscriber)
                return StreamMerge.Lane(events: [], index: 0, gap: nil, through: subscriber.place)
            }
            if case .announce = subscriber.policy(index) { lane.gap = lane.gap ?? subscriber.place }
            return lane
        }
        // What the stream can prove is in the head of its answer, so that waits for the pages too.
        guard subscriber.isOpen || !isWaiting else { return }
        self.open(subscriber, with: lanes)
        guard subscriber.outlet.isWritable else { return self.watchStall(of: subscriber) }
        let merge = StreamMerge(lanes: lanes, from: subscriber.place)
        self.send(merge, of: lanes, to: subscriber, isWaiting: isWaiting)
    }

    private func requestPage(of topic: ShardTopic, for subscriber: Subscriber) {
        guard topic.wait(subscriber, for: subscriber.place) else { return }
        self.partition.requestPage(of: topic.topic, after: subscriber.place, shard: self.index)
    }

    private func open(_ subscriber: Subscriber, with lanes: [StreamMerge.Lane]) {
        guard !subscriber.isOpen else { return }
        if subscriber.policies.first == .accept {
            subscriber.place = lanes.map { $0.gap ?? subscriber.place }.min() ?? subscriber.place
        }
        let announces = lanes.indices.contains { if case .announce = subscriber.policy($0) { true } else { false } }
        let proves = lanes.indices.contains { lanes[$0].gap != nil && subscriber.policy($0) == .prove }
        let cursor = announces ? nil : self.cursor(at: subscriber.place)
        self.open(subscriber, StreamOpening(replay: announces || proves ? .reset : .complete, cursor: cursor))
    }

    private func send(
        _ merge: consuming StreamMerge, of lanes: [StreamMerge.Lane], to subscriber: Subscriber, isWaiting: Bool
    ) {
        var merge = merge
        var bytes = ByteBuffer()
        var count = 0
        func flush() {
            guard count > 0 else { return }
            self.deliver(bytes, count: count, to: subscriber)
            bytes = ByteBuffer()
            count = 0
        }
        while subscriber.phase == .behind {
            switch merge.next() {
            case .event(let event):
                var encoded = event.encoded(as: subscriber.encoding)
                if count == 0 { bytes = encoded } else { bytes.writeBuffer(&encoded) }
                count += 1
                subscriber.place = event.offset
                guard bytes.readableBytes >= self.configuration.catchUpByteCount else { continue }
                flush()
                return subscriber.outlet.isWritable ? self.catchUp(subscriber) : self.watchStall(of: subscriber)
            case .gap(let lane, let end):
                flush()
                self.cross(lane, lanes[lane], end: end, subscriber)
            case .end(let through):
                flush()
                subscriber.place = max(subscriber.place, through)
                if !isWaiting { self.goLive(subscriber, lanes) }
                return
            }
        }
    }

    /// Takes a stream over the gap in one of its topics.
    private func cross(_ index: Int, _ lane: StreamMerge.Lane, end: Offset, _ subscriber: Subscriber) {
        let policy = subscriber.policy(index)
        let requested = self.cursor(at: subscriber.place)
        let oldest = lane.events.first?.id
        subscriber.place = max(subscriber.place, end)
        if !subscriber.policies.isEmpty {
            subscriber.policies[index] = .prove
            if subscriber.policies.allSatisfy({ $0 == .prove }) { subscriber.policies = [] }
        }
        switch policy {
        case .accept: break
        case .prove: self.reset(subscriber, index, .trimmed, requested: requested?.description ?? "", oldest: oldest)
        case .announce(let reason, let requested):
            self.reset(subscriber, index, reason, requested: requested, oldest: oldest)
        }
    }

    /// Says that nothing can be proved of one of the stream's topics.
    func reset(
        _ subscriber: Subscriber, _ index: Int, _ reason: ResetNotice.Reason, requested: String, oldest: EventID?
    ) {
        guard let epoch = self.epoch, let cursor = self.cursor(at: subscriber.place) else { return }
        let topic = subscriber.topics[index]
        self.statistics.resets[reason, default: 0] += 1
        subscriber.outlet.reset(
            ResetNotice(
                topic: topic.topic, reason: reason, requested: requested,
                oldest: oldest ?? topic.ring.events.first?.id,
                latest: topic.ring.last > .zero ? EventID(epoch: epoch, offset: topic.ring.last) : nil,
                cursor: cursor))
    }

    private func goLive(_ subscriber: Subscriber, _ lanes: [StreamMerge.Lane]) {
        // A lane that came from a page may end before the newest event: the rest is in the ring or the next page.
        let isAtEnd = subscriber.topics.allSatisfy {
            $0.ring.base <= subscriber.place && $0.ring.last <= subscriber.place
        }
        guard isAtEnd else { return self.catchUp(subscriber) }
        subscriber.policies = []
        subscriber.phase = .live
    }

    func cursor(at place: Offset) -> Cursor? {
        self.epoch.map { Cursor(after: EventID(epoch: $0, offset: place)) }
    }
}
