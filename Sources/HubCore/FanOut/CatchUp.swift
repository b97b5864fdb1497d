import DequeModule
import NIOCore

/// Gives streams that are behind what lies between their position and the newest event, by turns. Used only on the shard's loop.
final class CatchUp {
    /// How much work is done before the loop looks after its sockets again.
    private static let turnsPerRun = 128
    /// The longest that such work keeps the loop from its sockets, and from deliveries that wait for their next slice.
    private static let runTime = (alone: TimeAmount.milliseconds(2), besideDeliveries: TimeAmount.microseconds(500))

    private let eventLoop: any EventLoop
    private let view: PartitionView
    private let turns: TurnQueue
    private let pages: CatchUpPages
    private let opener: StreamOpener
    private let changes: TopicChanges
    private let slowConsumers: SlowConsumers
    private let delivery: LiveDelivery
    private let resets: Resets
    private let byteCount: Int
    /// Streams that asked for a replay, by where it came from.
    private(set) var replayCounts: [ReplaySource: Int] = [:]

    init(
        on eventLoop: any EventLoop, _ view: PartitionView, _ turns: TurnQueue, _ pages: CatchUpPages,
        _ opener: StreamOpener, _ changes: TopicChanges, _ slowConsumers: SlowConsumers, _ delivery: LiveDelivery,
        _ resets: Resets, _ configuration: FanOutConfiguration
    ) {
        self.eventLoop = eventLoop
        self.view = view
        self.turns = turns
        self.pages = pages
        self.opener = opener
        self.changes = changes
        self.slowConsumers = slowConsumers
        self.delivery = delivery
        self.resets = resets
        self.byteCount = configuration.catchUpByteCount
    }

    // MARK: - Turns

    /// Lets streams have their turns, as long as the loop can do without.
    func takeTurns(besideDeliveries: Bool) {
        let end = self.eventLoop.now + (besideDeliveries ? Self.runTime.besideDeliveries : Self.runTime.alone)
        for _ in 0..<Self.turnsPerRun {
            self.letIn()
            guard let subscriber = self.turns.next() else { return }
            self.pull(subscriber)
            guard self.eventLoop.now < end else { return }
        }
    }

    /// Lets the stream that has waited longest have pages again, if there is room for them.
    func letIn() {
        if let subscriber = self.pages.nextApplicant() { self.turns.append(subscriber) }
    }

    /// Gives a stream what is known, as far as its outlet takes it.
    private func pull(_ subscriber: Subscriber) {
        guard self.pages.hasTurn(subscriber) else { return }
        self.changes.make(of: subscriber)
        guard subscriber.phase == .behind, subscriber.topics.allSatisfy(\.isLive) else { return }
        var lanes = subscriber.topics.indices.compactMap { self.lane($0, of: subscriber) }
        // Nothing can be proved before all the pages are there. The head of the response says what is proved, and waits too.
        guard lanes.count == subscriber.topics.count else { return }
        self.settleBeginnings(of: subscriber, &lanes)
        self.open(subscriber, with: lanes)
        guard subscriber.outlet.isWritable else { return self.slowConsumers.watch(subscriber) }
        self.send(StreamMerge(lanes: lanes, from: subscriber.position), of: lanes, to: subscriber)
    }

    // MARK: - What is known

    /// What is known of one of the stream's topics after its position; `nil` if a page has been asked for.
    private func lane(_ index: Int, of subscriber: Subscriber) -> StreamMerge.Lane? {
        let topic = subscriber.topics[index]
        let progress = subscriber.progress
        if case .verify(let sure, let through, let hole) = progress.policy(index) {
            guard let lane = self.pages.lane(of: topic, index, after: sure, for: subscriber) else { return nil }
            let isMissed = (lane.next.map { $0.offset <= through } ?? false) || (hole && lane.gap != nil)
            self.finishVerification(index, of: subscriber, after: sure, isMissed: isMissed)
        }
        // A stream of one topic may just have gone back.
        let position = subscriber.progress.reached(index)
        guard var lane = self.pages.lane(of: topic, index, after: position, for: subscriber) else { return nil }
        lane.through = max(lane.through, position)
        if case .announce = subscriber.progress.policy(index) { lane.gap = lane.gap ?? position }
        return lane
    }

    /// A stream of one topic goes back to what is sure. One of several can't, since others' events were sent after it.
    private func finishVerification(_ index: Int, of subscriber: Subscriber, after sure: Offset, isMissed: Bool) {
        let requested = self.view.state.cursor(at: sure)?.description ?? ""
        subscriber.progress { progress in
            progress.setPolicy(.prove, of: index)
            guard isMissed else { return }
            guard progress.topicCount > 1 else { return progress.move(to: sure) }
            progress.setPolicy(.announce(.lost, requested: requested), of: index)
        }
    }

    /// Settles where the topics begin that were asked for from the earliest event on, since what is known of them is there now.
    private func settleBeginnings(of subscriber: Subscriber, _ lanes: inout [StreamMerge.Lane]) {
        var beginnings: [(topic: Int, position: Offset)] = []
        let progress = subscriber.progress
        for index in lanes.indices {
            guard case .accept(let until) = progress.policy(index) else { continue }
            let beginning = lanes[index].gap ?? progress.reached(index)
            lanes[index].start = min(beginning, until)
            beginnings.append((index, lanes[index].start))
            if beginning <= until { lanes[index].gap = nil }
        }
        if !beginnings.isEmpty { subscriber.progress { $0.settleBeginnings(beginnings) } }
    }

    private func open(_ subscriber: Subscriber, with lanes: [StreamMerge.Lane]) {
        let isCounted = subscriber.begin { $0.countsReplay() }
        guard isCounted || !subscriber.beginning.isHeadSent else { return }
        let progress = subscriber.progress
        let isReset =
            progress.isAnnouncing
            || lanes.indices.contains { lanes[$0].gap != nil && progress.policy($0) == .prove }
        if isCounted {
            let source: ReplaySource = isReset ? .reset : lanes.allSatisfy(\.isRing) ? .ring : .page
            self.replayCounts[source, default: 0] += 1
        }
        let cursor = progress.isAnnouncing ? nil : self.view.state.cursor(at: progress.position)
        self.opener.open(subscriber, StreamOpening(replay: isReset ? .reset : .complete, cursor: cursor))
    }

    // MARK: - What is sent

    private func send(_ merge: StreamMerge, of lanes: [StreamMerge.Lane], to subscriber: Subscriber) {
        var merge = merge
        var batch: EventBatch?
        func flush() {
            guard let full = batch.take() else { return }
            self.delivery.deliver(full, to: subscriber)
        }
        while subscriber.phase == .behind {
            switch merge.next() {
            case .event(let event):
                batch.append(event, as: subscriber.encoding)
                subscriber.advance(to: event.offset)
                guard self.isFull(batch, for: subscriber) else { continue }
                flush()
                return subscriber.outlet.isWritable
                    ? self.turns.append(subscriber) : self.slowConsumers.watch(subscriber)
            case .gap(let crossed, let position, let isSafe):
                flush()
                guard subscriber.outlet.isWritable else { return self.slowConsumers.watch(subscriber) }
                self.cross(crossed, of: lanes, position: position, isSafe: isSafe, subscriber)
            case .end(let through):
                flush()
                subscriber.advance(to: through)
                return self.goLive(subscriber, lanes)
            }
        }
    }

    private func isFull(_ batch: EventBatch?, for subscriber: Subscriber) -> Bool {
        guard let batch else { return false }
        return batch.bytes.readableBytes >= self.byteCount || batch.count >= subscriber.outlet.eventLimit
    }

    /// Takes a stream over gaps that start at one position.
    private func cross(
        _ crossed: [Int], of lanes: [StreamMerge.Lane], position: Offset, isSafe: Bool, _ subscriber: Subscriber
    ) {
        let progress = subscriber.progress
        let resets = crossed.compactMap { index -> (index: Int, reason: ResetNotice.Reason, requested: String)? in
            switch progress.policy(index) {
            case .accept: nil
            case .prove, .verify:
                (index, .trimmed, self.view.state.cursor(at: lanes[index].start)?.description ?? "")
            case .announce(let reason, let requested): (index, reason, requested)
            }
        }
        let gaps = crossed.map { (topic: $0, end: lanes[$0].gap ?? lanes[$0].start) }
        subscriber.progress { $0.cross(gaps, to: position) }
        for (number, reset) in resets.enumerated() where subscriber.phase == .behind {
            self.resets.say(
                reset.reason, to: subscriber, reset.index, requested: reset.requested,
                oldest: lanes[reset.index].events.first?.id, isSafe: isSafe && number == resets.count - 1)
        }
    }

    private func goLive(_ subscriber: Subscriber, _ lanes: [StreamMerge.Lane]) {
        // A page ends before the newest event: the rest is in the ring or the next page.
        guard lanes.allSatisfy(\.isRing) else { return self.turns.append(subscriber) }
        // One topic's read can be ahead of what has arrived of the others.
        guard subscriber.topics.allSatisfy({ $0.ring.last <= subscriber.position }), subscriber.progress.isTogether
        else {
            return self.view.await(subscriber)
        }
        subscriber.goLive()
        // A topic that is to come may still have to be read, or may have waited for a reset.
        if subscriber.changes.isEmpty { self.pages.release(subscriber) } else { self.turns.append(subscriber) }
        if let cursor = self.view.state.cursor(at: subscriber.position) { subscriber.outlet.caughtUp(at: cursor) }
    }
}
