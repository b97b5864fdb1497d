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
        guard self.pages.hasTurn(subscriber) else { return }
        self.makeChanges(of: subscriber)
        guard subscriber.phase == .behind, subscriber.topics.allSatisfy(\.isLive) else { return }
        var lanes: [StreamMerge.Lane] = []
        lanes.reserveCapacity(subscriber.topics.count)
        for index in subscriber.topics.indices {
            if let lane = self.lane(index, of: subscriber) { lanes.append(lane) }
        }
        // Nothing can be proved before all the pages are there. The head of the answer says what is proved, and waits too.
        guard lanes.count == subscriber.topics.count else { return }
        self.settleBeginnings(of: subscriber, &lanes)
        for (index, lane) in lanes.enumerated() { subscriber.noteGap(index, exists: lane.gap != nil) }
        if subscriber.isReplay { self.countReplay(of: subscriber, lanes) }
        self.open(subscriber, with: lanes)
        guard subscriber.outlet.isWritable else { return self.watchStall(of: subscriber) }
        self.send(StreamMerge(lanes: lanes, from: subscriber.place), of: lanes, to: subscriber)
    }

    /// What is known of one of the stream's topics after its place; `nil` if a page has been asked for.
    private func lane(_ index: Int, of subscriber: Subscriber) -> StreamMerge.Lane? {
        let topic = subscriber.topics[index]
        if case .doubt(let sure, let through, let hole) = subscriber.policy(index) {
            guard let lane = self.lane(of: topic, index, after: sure, for: subscriber) else { return nil }
            let isMissed = (lane.next.map { $0.offset <= through } ?? false) || (hole && lane.gap != nil)
            self.settleDoubt(index, of: subscriber, after: sure, isMissed: isMissed)
        }
        // A stream of one topic may just have gone back.
        let place = subscriber.reached(index)
        guard var lane = self.lane(of: topic, index, after: place, for: subscriber) else { return nil }
        lane.through = max(lane.through, place)
        if case .announce = subscriber.policy(index) { lane.gap = lane.gap ?? place }
        return lane
    }

    /// A stream of one topic goes back to what is sure. One of several can't, since others' events were sent after it.
    private func settleDoubt(_ index: Int, of subscriber: Subscriber, after sure: Offset, isMissed: Bool) {
        subscriber.setPolicy(.prove, of: index)
        guard isMissed else { return }
        guard subscriber.topics.count > 1 else { return subscriber.place = sure }
        subscriber.setPolicy(.announce(.lost, requested: self.cursor(at: sure)?.description ?? ""), of: index)
    }

    /// What is known of a topic after a place; `nil` if a page has been asked for.
    func lane(
        of topic: ShardTopic, _ index: Int, after place: Offset, for subscriber: Subscriber
    ) -> StreamMerge.Lane? {
        if let lane = topic.lane(after: place, head: self.head) { return lane }
        guard let page = self.pages.page(of: topic, index, after: place, for: subscriber) else { return nil }
        return topic.lane(of: page, after: place, head: self.head)
    }

    private func open(_ subscriber: Subscriber, with lanes: [StreamMerge.Lane]) {
        guard !subscriber.isOpen else { return }
        let cursor = self.isAnnouncing(subscriber) ? nil : self.cursor(at: subscriber.place)
        let isReset = self.isReset(subscriber, lanes)
        self.open(subscriber, StreamOpening(replay: isReset ? .reset : .complete, cursor: cursor))
    }

    private func isAnnouncing(_ subscriber: Subscriber) -> Bool {
        subscriber.lanes.contains { if case .announce = $0.policy { true } else { false } }
    }

    private func isReset(_ subscriber: Subscriber, _ lanes: [StreamMerge.Lane]) -> Bool {
        self.isAnnouncing(subscriber)
            || lanes.indices.contains { lanes[$0].gap != nil && subscriber.policy($0) == .prove }
    }

    private func countReplay(of subscriber: Subscriber, _ lanes: [StreamMerge.Lane]) {
        subscriber.isReplay = false
        let source: ReplaySource =
            self.isReset(subscriber, lanes) ? .reset : lanes.allSatisfy(\.isRing) ? .ring : .page
        self.statistics.replays[source, default: 0] += 1
    }

    private func send(_ merge: StreamMerge, of lanes: [StreamMerge.Lane], to subscriber: Subscriber) {
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
                guard
                    bytes.readableBytes >= self.configuration.catchUpByteCount || count >= subscriber.outlet.eventLimit
                else { continue }
                flush()
                return subscriber.outlet.isWritable ? self.catchUp(subscriber) : self.watchStall(of: subscriber)
            case .gap(let crossed, let end, let isSafe):
                flush()
                guard subscriber.outlet.isWritable else { return self.watchStall(of: subscriber) }
                self.cross(crossed, of: lanes, end: end, isSafe: isSafe, subscriber)
            case .end(let through):
                flush()
                subscriber.place = max(subscriber.place, through)
                return self.goLive(subscriber, lanes)
            }
        }
    }

    /// Takes a stream over gaps that end at one place.
    private func cross(
        _ crossed: [Int], of lanes: [StreamMerge.Lane], end: Offset, isSafe: Bool, _ subscriber: Subscriber
    ) {
        var resets: [(lane: Int, reason: ResetNotice.Reason, requested: String)] = []
        for lane in crossed {
            switch subscriber.policy(lane) {
            case .accept: break
            case .prove, .doubt:
                let from = self.cursor(at: subscriber.gapStart(lane))?.description ?? ""
                resets.append((lane, .trimmed, from))
            case .announce(let reason, let requested): resets.append((lane, reason, requested))
            }
        }
        subscriber.cross(crossed, to: end)
        for (number, reset) in resets.enumerated() where subscriber.phase == .behind {
            self.reset(
                subscriber, reset.lane, reset.reason, requested: reset.requested,
                oldest: lanes[reset.lane].events.first?.id, isSafe: isSafe && number == resets.count - 1)
        }
    }

    /// Says that nothing can be proved of one of the stream's topics.
    /// - Parameter isSafe: Whether the stream's place is safe from here on: not if another reset of the same place follows.
    func reset(
        _ subscriber: Subscriber, _ index: Int, _ reason: ResetNotice.Reason, requested: String, oldest: EventID?,
        isSafe: Bool
    ) {
        guard let epoch = self.epoch else { return }
        let ring = subscriber.topics[index].ring
        self.statistics.resets[reason, default: 0] += 1
        subscriber.outlet.reset(
            ResetNotice(
                topic: subscriber.topics[index].topic, reason: reason, requested: requested,
                oldest: oldest ?? ring.events.first?.id,
                latest: ring.latest.map { EventID(epoch: epoch, offset: $0) },
                cursor: isSafe ? self.cursor(at: subscriber.place) : nil))
    }

    private func goLive(_ subscriber: Subscriber, _ lanes: [StreamMerge.Lane]) {
        let topics = subscriber.topics
        // A page ends before the newest event: the rest is in the ring or the next page.
        guard lanes.allSatisfy(\.isRing) else { return self.catchUp(subscriber) }
        // One topic's read can be ahead of what has arrived of the others.
        guard topics.allSatisfy({ $0.ring.last <= subscriber.place }), subscriber.isTogether else {
            return self.waitingForHead.append(subscriber)
        }
        subscriber.proveAll()
        // A topic that is to come may still have to be read.
        if subscriber.changes.isEmpty { self.pages.release(subscriber) }
        subscriber.phase = .live
        if let cursor = self.cursor(at: subscriber.place) { subscriber.outlet.caughtUp(at: cursor) }
    }

    /// Everything of all live feeds up to here has arrived.
    func moveHead(to offset: Offset) {
        guard offset > self.head else { return }
        self.head = offset
        let waiting = self.waitingForHead
        self.waitingForHead = []
        for subscriber in waiting { self.catchUp(subscriber) }
    }

    func cursor(at place: Offset) -> Cursor? {
        self.epoch.map { Cursor(after: EventID(epoch: $0, offset: place)) }
    }
}
