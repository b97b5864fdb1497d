import NIOCore

/// Pages of logs, for streams that are behind what is held in memory.
extension Partition {
    func perform(_ action: PageSweep.Action, for topic: Topic) {
        guard case .read(let place, let limit) = action else { return }
        self.counters.pageReads += 1
        self.reads.read(topic, .after(place), limit: limit) { result in
            guard let index = self.entries.index(forKey: topic) else { return }
            guard case .success(let page) = result, self.isCurrent(page.epoch) else {
                self.entries.values[index].sweep.fail()
                return self.retryLater {
                    guard let action = self.entries[topic]?.sweep.retry() else { return }
                    self.perform(action, for: topic)
                }
            }
            self.finish(TopicPage(from: place, page, budget: self.pageBudget), for: topic)
        }
    }

    private func finish(_ page: TopicPage, for topic: Topic) {
        guard let (shards, action) = self.entries[topic]?.sweep.finish(page) else { return }
        self.recentPages.insert(page)
        if self.pageBudget.isExceeded { self.recentPages.removeAll() }
        for shard in shards { self.post(.page(topic, page), to: shard) }
        self.perform(action, for: topic)
        self.flush()
    }
}
