import DequeModule
import NIOCore

extension FanOutShard {
    /// How much work is done before the loop looks after its sockets again.
    private static let turnsPerRun = 128
    /// Long enough that the loop polls its sockets in between, short enough that nobody notices.
    private static let pause = TimeAmount.microseconds(50)

    /// Lets deliveries that were cut into slices, and streams that are behind, have their turns.
    func scheduleWork() {
        guard !self.isWorkScheduled else { return }
        self.isWorkScheduled = true
        self.eventLoop.execute { self.work() }
    }

    private func work() {
        if let topic = self.slicedTopics.popFirst() {
            self.deliverSlice(of: topic)
            if !topic.deliveries.isEmpty { self.slicedTopics.append(topic) }
        }
        for _ in 0..<Self.turnsPerRun {
            guard let subscriber = self.catchUps.next() else { break }
            self.pull(subscriber)
        }
        self.isWorkScheduled = !self.catchUps.isEmpty || !self.slicedTopics.isEmpty
        guard self.isWorkScheduled else { return }
        self.eventLoop.scheduleTask(in: Self.pause) { self.work() }
    }
}
