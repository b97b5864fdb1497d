import NIOCore

extension FanOutShard {
    /// The outlet takes more again.
    public func resume(_ subscriber: Subscriber) {
        self.eventLoop.preconditionInEventLoop()
        let wasSlow = subscriber.isSlow
        subscriber.stall = nil
        subscriber.isSlow = false
        subscriber.isHeadPending = false
        guard subscriber.phase == .behind else { return }
        guard wasSlow else { return self.catchUp(subscriber) }
        switch self.configuration.slowConsumer {
        case .resume: self.goOn(subscriber)
        case .skip: self.skip(subscriber)
        case .close: self.close(subscriber, .slow)
        }
    }

    /// Ends a stream that takes nothing at all for too long.
    func watchStall(of subscriber: Subscriber) {
        guard subscriber.stall == nil else { return }
        self.stallCount += 1
        subscriber.stall = self.stallCount
        self.awaitProgress(of: subscriber, self.stallCount)
    }

    /// The time in which a stream should have taken something is over. A large event may take a slow client longer than
    /// that, again and again if it were closed; only one that took nothing of it is.
    func checkStall(of subscriber: Subscriber, _ stall: Int, backlog: Int) {
        guard subscriber.outlet.backlog < backlog else { return self.close(subscriber, .slow) }
        self.awaitProgress(of: subscriber, stall)
    }

    private func awaitProgress(of subscriber: Subscriber, _ stall: Int) {
        self.schedule(
            .stalled(stall: stall, backlog: subscriber.outlet.backlog), of: subscriber,
            after: self.configuration.stallTimeout)
    }

    /// Lets a stream go on from its place.
    private func goOn(_ subscriber: Subscriber) {
        self.statistics.resumed += 1
        self.catchUp(subscriber)
    }

    /// Lets a stream go on with the latest, and says of which topics it misses something. One of whose
    /// topics something else is still to be proved goes on from its place.
    private func skip(_ subscriber: Subscriber) {
        guard subscriber.isOpen, subscriber.provesOnly, subscriber.isTogether, subscriber.topics.allSatisfy(\.isLive)
        else { return self.goOn(subscriber) }
        let end = self.end(for: subscriber)
        guard subscriber.topics.allSatisfy({ $0.ring.base <= max(end, subscriber.place) }) else {
            return self.goOn(subscriber)
        }
        let missed = subscriber.topics.indices.filter {
            subscriber.topics[$0].ring.hasMore(after: subscriber.place, through: end)
        }
        guard !missed.isEmpty else { return self.goOn(subscriber) }
        self.statistics.skipped += 1
        let requested = missed.map { self.cursor(at: subscriber.gapStart($0))?.description ?? "" }
        subscriber.cross(missed, to: end)
        for (index, requested) in zip(missed, requested) {
            self.reset(
                subscriber, index, .trimmed, requested: requested, oldest: nil, isSafe: index == missed.last)
        }
        self.catchUp(subscriber)
    }

    /// Where a stream that skips goes on: all of its topics are known up to there. What one of them has beyond, another's may
    /// come before, which is still on its way.
    private func end(for subscriber: Subscriber) -> Offset {
        subscriber.topics.lazy.map { max(self.head, $0.verified, $0.ring.last) }.min() ?? subscriber.place
    }
}
