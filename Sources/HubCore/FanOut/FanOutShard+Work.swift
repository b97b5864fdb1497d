import DequeModule
import NIOCore

extension FanOutShard {
    /// How much work is done before the loop looks after its sockets again.
    private static let turnsPerRun = 128
    /// The longest that such work keeps the loop from its sockets, and from deliveries that wait for their next slice.
    private static let runTime = (alone: TimeAmount.milliseconds(2), besideDeliveries: TimeAmount.microseconds(500))
    /// Long enough that the loop polls its sockets in between, short enough that nobody notices.
    private static let pause = TimeAmount.microseconds(50)

    /// Lets deliveries that were cut into slices, and streams that are behind, have their turns.
    func scheduleWork() {
        guard !self.isWorkScheduled else { return }
        self.isWorkScheduled = true
        self.eventLoop.execute { self.work() }
    }

    /// Lets the stream that has waited longest have pages again, if there is room for them.
    func letIn() {
        if let subscriber = self.pages.nextApplicant() { self.catchUp(subscriber) }
    }

    private func work() {
        if let topic = self.slicedTopics.popFirst() {
            self.deliverSlice(of: topic)
            if !topic.deliveries.isEmpty { self.slicedTopics.append(topic) }
        }
        self.letStreamsCatchUp()
        self.isWorkScheduled = !self.catchUps.isEmpty || !self.slicedTopics.isEmpty
        guard self.isWorkScheduled else { return }
        self.eventLoop.scheduleTask(in: Self.pause) { self.work() }
    }

    private func letStreamsCatchUp() {
        let end = self.eventLoop.now + (self.slicedTopics.isEmpty ? Self.runTime.alone : Self.runTime.besideDeliveries)
        for _ in 0..<Self.turnsPerRun {
            self.letIn()
            guard let subscriber = self.catchUps.next() else { return }
            self.pull(subscriber)
            guard self.eventLoop.now < end else { return }
        }
    }
}
