import NIOCore

/// What the feeds ask for, and what the shards are told of it.
extension Partition {
    func makeEntry(_ topic: Topic) -> Entry {
        self.bus.subscribe(topic)
        self.generation += 1
        return Entry(
            feed: TopicFeed(
                limit: self.configuration.ringLimit, backlogLimit: self.configuration.backlogLimit,
                generation: self.generation),
            sweep: PageSweep(pageCount: self.configuration.pageCount))
    }

    /// Lets a feed take something in, tells the shards if it is no longer live, and does what it asks for.
    func update(
        _ topic: Topic, hole: Bool = true, _ change: (inout TopicFeed) -> TopicFeed.Action
    ) {
        guard let index = self.entries.index(forKey: topic) else { return }
        let wasLive = self.entries.values[index].feed.isLive
        let action = change(&self.entries.values[index].feed)
        if wasLive, !self.entries.values[index].feed.isLive {
            self.counters.catchUps += 1
            self.postToAll(of: topic, .suspended(topic, hole: hole))
        }
        self.perform(action, for: topic)
    }

    func perform(_ action: TopicFeed.Action, for topic: Topic) {
        switch action {
        case .none: break
        case .read(let token): self.readTail(of: topic, token: token)
        case .deliver(let event): self.postToAll(of: topic, .append(event))
        case .goLive: self.goLive(topic)
        case .replaceRing:
            guard let ring = self.entries[topic]?.feed.ring else { return }
            self.entries[topic]?.sweep.forgetPages()
            self.postToAll(of: topic, .ring(topic, ring))
        case .rollback(let token):
            guard let epoch = self.epoch else { return }
            self.bus.reportRollback(of: epoch)
            self.retryLater { self.update(topic) { $0.readAgain(token: token) } }
        }
    }

    private func goLive(_ topic: Topic) {
        guard let entry = self.entries[topic] else { return }
        self.entries[topic]?.sweep.forgetPages()
        for (shard, generation) in entry.shards {
            self.post(self.live(topic, entry.feed, generation: generation), to: shard)
        }
    }

    /// A live feed is complete up to its read's clock, and up to everything that has arrived, whichever is later.
    func live(_ topic: Topic, _ feed: TopicFeed, generation: Int) -> ShardOperation {
        .live(topic, feed.ring, verified: max(feed.verified, self.head), generation: generation)
    }

    private func readTail(of topic: Topic, token: Int) {
        self.counters.tailReads += 1
        self.reads.read(topic, .tail, limit: self.configuration.tailCount) { result in
            switch result {
            case .success(let page):
                self.busEntered(page.epoch, clock: page.clock)
                self.note(page.gap)
                guard page.epoch == self.epoch else { return self.readLater(topic, token: token) }
                self.update(topic) { $0.page(page, token: token) }
                self.flush()
            case .failure:
                self.readLater(topic, token: token)
            }
        }
    }

    func readLater(_ topic: Topic, token: Int) {
        self.retryLater { self.update(topic) { $0.readAgain(token: token) } }
    }

    /// Cursors that a client brings are held against what the bus has lost; known before its feed goes live.
    func note(_ gap: OffsetGap?) {
        guard let gap, gap != self.gap else { return }
        self.gap = gap
        for shard in self.mailboxes.indices { self.post(.lost(gap), to: shard) }
    }
}
