import HubCore
import NIOCore

/// A bus that fails at everything in one way, as a Redis that is away does.
final class FailingBus: EventBus {
    let eventLoop: any EventLoop
    let error: BusError

    init(_ error: BusError, on eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.error = error
    }

    var status: BusStatus { .notReady(reason: "it fails") }

    func start(delegate: any EventBusDelegate) {}
    func subscribe(_ topic: Topic) {}
    func unsubscribe(_ topic: Topic) {}
    func reportRollback(of epoch: Epoch) {}
    func reconnect() {}

    func publish(_ publications: [Publication]) -> EventLoopFuture<[PublishedEvent]> { self.failure() }
    func read(_ topic: Topic, _ range: LogRange, limit: Int) -> EventLoopFuture<LogPage> { self.failure() }
    func delete(_ topic: Topic) -> EventLoopFuture<Bool> { self.failure() }
    func topics(after: Topic?, limit: Int) -> EventLoopFuture<[TopicSummary]> { self.failure() }
    func summary(of topic: Topic) -> EventLoopFuture<TopicSummary?> { self.failure() }
    func shutdown() -> EventLoopFuture<Void> { self.eventLoop.makeSucceededVoidFuture() }

    private func failure<Value: Sendable>() -> EventLoopFuture<Value> {
        self.eventLoop.makeFailedFuture(self.error)
    }
}
