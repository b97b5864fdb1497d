import DequeModule
import NIOCore

/// Streams that are behind, each once, in the order in which they have their turns; between two runs of turns the loop looks
/// after its sockets. Used only on the shard's loop.
final class TurnQueue {
    /// Long enough that the loop polls its sockets in between, short enough that nobody notices.
    private static let pause = TimeAmount.microseconds(50)

    private let eventLoop: any EventLoop
    private var subscribers: Deque<Subscriber> = []
    private var isScheduled = false
    private var run: () -> Bool = { false }

    init(on eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Says how a run of turns is made.
    /// - Parameter run: Returns whether there is more to do.
    func start(_ run: @escaping () -> Bool) {
        self.run = run
    }

    var isEmpty: Bool { self.subscribers.isEmpty }

    /// Lets a stream that is behind have its turn, soon.
    func append(_ subscriber: Subscriber) {
        if subscriber.enqueue() { self.subscribers.append(subscriber) }
        self.schedule()
    }

    /// Takes out the stream that has waited longest.
    func next() -> Subscriber? {
        guard let subscriber = self.subscribers.popFirst() else { return nil }
        subscriber.dequeue()
        return subscriber
    }

    /// Lets the next run of turns be made, soon.
    func schedule() {
        guard !self.isScheduled else { return }
        self.isScheduled = true
        self.eventLoop.assumeIsolated().execute { self.work() }
    }

    private func work() {
        self.isScheduled = self.run()
        guard self.isScheduled else { return }
        self.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { self.work() }
    }
}
