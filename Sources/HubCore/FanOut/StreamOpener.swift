import ByteStreams
import NIOCore

/// Decides where streams begin, and opens them. Used only on the shard's loop.
final class StreamOpener {
    private let view: PartitionView
    private let clock: ShardClock
    private let turns: TurnQueue
    private let wallClock: @Sendable () -> UInt64
    /// Streams that were opened, by what could be proved of them.
    private(set) var openedCounts: [StreamOpening.Replay?: Int] = [:]

    init(_ view: PartitionView, _ clock: ShardClock, _ turns: TurnQueue, _ configuration: FanOutConfiguration) {
        self.view = view
        self.clock = clock
        self.turns = turns
        self.wallClock = configuration.wallClock
    }

    /// Decides where a stream begins, once its feeds are live; does nothing before.
    func resolve(_ subscriber: Subscriber) {
        guard subscriber.phase == .opening, let start = subscriber.beginning.start,
            subscriber.topics.allSatisfy(\.isLive),
            let resolution = self.resolve(start, of: subscriber.topics, for: subscriber)
        else { return }
        switch resolution {
        case .position(let position, let policy): self.begin(subscriber, at: position, policy)
        case .unconfirmed(let cursor): self.confirm(cursor, of: subscriber.topics[0], for: subscriber)
        }
    }

    /// Where topics begin that are live; `nil` before the bus was met.
    func resolve(
        _ start: StartPosition, of topics: [ShardTopic], for subscriber: Subscriber
    ) -> StreamBeginning.Resolution? {
        let state = self.view.state
        guard let epoch = state.epoch else { return nil }
        return subscriber.beginning.resolve(
            start, known: self.view.known(topics), in: state, epoch: epoch, isFirst: subscriber.phase == .opening)
    }

    /// Asks the bus itself whether it has given out a cursor.
    func confirm(_ cursor: Cursor, of topic: ShardTopic, for subscriber: Subscriber) {
        self.view.requestConfirmation(of: topic, after: cursor.id.offset, for: subscriber)
    }

    private func begin(_ subscriber: Subscriber, at position: Offset, _ policy: GapPolicy) {
        subscriber.begin { $0.settle() }
        subscriber.progress { $0.begin(at: position) { _ in policy } }
        subscriber.fallBehind()
        self.turns.append(subscriber)
    }

    /// The head of the response can be sent.
    func open(_ subscriber: Subscriber, _ opening: StreamOpening) {
        guard !subscriber.beginning.isHeadSent else { return }
        let isSettled = subscriber.phase != .opening
        subscriber.begin { $0.sendHead(isSettled: isSettled) }
        self.openedCounts[opening.replay, default: 0] += 1
        self.clock.scheduleHeartbeat(subscriber)
        subscriber.outlet.open(opening)
        if subscriber.phase != .closed { subscriber.outlet.directSink?.lendDescriptor(to: subscriber) }
        let isPending = !subscriber.outlet.isWritable
        subscriber.pace { $0.sendHead(isPending: isPending) }
        if !subscriber.changes.isEmpty { self.turns.append(subscriber) }
    }

    /// The time for the head of the response has come, and nothing is known yet, since the bus does not reply. What is published
    /// from then on comes after the head, and is due however long the bus takes.
    func openUnproved(_ subscriber: Subscriber) {
        guard subscriber.phase != .closed, !subscriber.beginning.isHeadSent else { return }
        let state = self.view.state
        if subscriber.phase == .opening || state.epoch == nil {
            let now = self.wallClock()
            subscriber.begin { $0.placeHead(in: state, now: now) }
        } else {
            subscriber.progress { $0.limitBeginnings(to: max(state.head, state.clock)) }
        }
        self.open(subscriber, StreamOpening(replay: nil, cursor: nil))
    }
}
