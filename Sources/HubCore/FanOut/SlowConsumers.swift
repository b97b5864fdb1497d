import NIOCore

/// Streams that are sent more than their clients take. Used only on the shard's loop.
final class SlowConsumers {
    private let view: PartitionView
    private let clock: ShardClock
    private let turns: TurnQueue
    private let resets: Resets
    private let incidents: IncidentLog
    private let policy: FanOutConfiguration.SlowConsumer
    private let stallTimeout: TimeAmount
    private var stallCount = 0
    /// How often a stream fell behind because its client did not take what was sent.
    private(set) var parkedCount = 0
    /// How often such a stream went on from its position.
    private(set) var resumedCount = 0
    /// How often such a stream went on with the latest, by the policy `skip`.
    private(set) var skippedCount = 0

    init(
        _ view: PartitionView, _ clock: ShardClock, _ turns: TurnQueue, _ resets: Resets,
        _ incidents: IncidentLog, _ configuration: FanOutConfiguration
    ) {
        self.view = view
        self.clock = clock
        self.turns = turns
        self.resets = resets
        self.incidents = incidents
        self.policy = configuration.slowConsumer
        self.stallTimeout = configuration.stallTimeout
    }

    /// A live stream did not take what it was sent before: it keeps its position and nothing else.
    func park(_ subscriber: Subscriber) {
        subscriber.fallBehind()
        if subscriber.pace({ $0.park() }) {
            self.parkedCount += 1
            self.incidents.note(.slow, Incident(.slow, "takes less than there is", of: subscriber))
        }
        self.watch(subscriber)
    }

    /// Ends a stream that takes nothing at all for too long.
    func watch(_ subscriber: Subscriber) {
        let next = self.stallCount + 1
        guard subscriber.pace({ $0.stall(next) }) else { return }
        self.stallCount = next
        self.awaitProgress(of: subscriber, next)
    }

    /// The time in which a stream should have taken something is over. A large event may take a slow client longer than that, again
    /// and again if it were closed; only one that took nothing of it is.
    /// - Returns: Whether the stream is to be closed.
    func isStuck(_ subscriber: Subscriber, _ stall: Int, backlog: Int) -> Bool {
        guard subscriber.pace.stall == stall else { return false }
        guard subscriber.outlet.backlog < backlog else { return true }
        self.awaitProgress(of: subscriber, stall)
        return false
    }

    private func awaitProgress(of subscriber: Subscriber, _ stall: Int) {
        self.clock.schedule(
            .stalled(stall: stall, backlog: subscriber.outlet.backlog), of: subscriber,
            after: self.stallTimeout)
    }

    // MARK: - Going on

    /// The outlet takes more again.
    /// - Returns: Whether the stream is to be closed.
    func resume(_ subscriber: Subscriber) -> Bool {
        let wasSlow = subscriber.pace { $0.resume() }
        guard subscriber.phase == .behind else { return false }
        guard wasSlow else {
            self.turns.append(subscriber)
            return false
        }
        switch self.policy {
        case .resume: self.goOn(subscriber)
        case .skip: self.skip(subscriber)
        case .close: return true
        }
        return false
    }

    /// Lets a stream go on from its position.
    private func goOn(_ subscriber: Subscriber) {
        self.resumedCount += 1
        self.turns.append(subscriber)
    }

    /// Lets a stream go on with the latest, and says of which topics it misses something. One of whose topics something else is
    /// still to be proved goes on from its position.
    private func skip(_ subscriber: Subscriber) {
        let progress = subscriber.progress
        let position = progress.position
        guard subscriber.beginning.isHeadSent, progress.provesOnly, progress.isTogether,
            subscriber.topics.allSatisfy(\.isLive)
        else { return self.goOn(subscriber) }
        let end = self.end(for: subscriber)
        guard subscriber.topics.allSatisfy({ $0.ring.base <= max(end, position) }) else { return self.goOn(subscriber) }
        let missed = subscriber.topics.indices.filter {
            subscriber.topics[$0].ring.hasMore(after: position, through: end)
        }
        guard !missed.isEmpty else { return self.goOn(subscriber) }
        self.skippedCount += 1
        self.incidents.note(.skipped, Incident(.skipped, "goes on with the latest", of: subscriber))
        let requested = missed.map { self.view.state.cursor(at: progress.reached($0))?.description ?? "" }
        subscriber.progress { progress in progress.cross(missed.map { ($0, end) }, to: end) }
        for (index, requested) in zip(missed, requested) {
            self.resets.say(
                .trimmed, to: subscriber, index, requested: requested, oldest: nil, isSafe: index == missed.last)
        }
        self.turns.append(subscriber)
    }

    /// Where a stream that skips goes on: all of its topics are known up to there. What one of them has beyond, another's may come
    /// before, which is still on its way.
    private func end(for subscriber: Subscriber) -> Offset {
        subscriber.topics.lazy.map { self.view.known([$0]) }.min() ?? subscriber.position
    }
}
