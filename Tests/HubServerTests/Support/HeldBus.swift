import HubCore
import NIOCore
import Synchronization

/// The in-memory bus, which does not let anybody subscribe until it is told to.
final class HeldBus: EventBus {
    private struct State {
        var isHeld = true
        var topics: [Topic] = []
    }

    private let bus: MemoryBus
    private let state = Mutex(State())

    init(on eventLoop: any EventLoop) {
        self.bus = MemoryBus(eventLoop: eventLoop, replayCount: 1000, replayAge: .hours(1))
    }

    /// Whether somebody waits for a topic.
    var isAsked: Bool { self.state.withLock { !$0.topics.isEmpty } }

    /// Lets everybody subscribe.
    func release() {
        let topics = self.state.withLock { state in
            state.isHeld = false
            return state.topics
        }
        self.eventLoop.execute { for topic in topics { self.bus.subscribe(topic) } }
    }

    func subscribe(_ topic: Topic) {
        let isHeld = self.state.withLock { state in
            if state.isHeld { state.topics.append(topic) }
            return state.isHeld
        }
        if !isHeld { self.bus.subscribe(topic) }
    }

    var eventLoop: any EventLoop { self.bus.eventLoop }
    var status: BusStatus { self.bus.status }

    func start(delegate: any EventBusDelegate) { self.bus.start(delegate: delegate) }
    func unsubscribe(_ topic: Topic) { self.bus.unsubscribe(topic) }
    func reportRollback(of epoch: Epoch) { self.bus.reportRollback(of: epoch) }
    func reconnect() { self.bus.reconnect() }
    func publish(_ publications: [Publication]) -> EventLoopFuture<[PublishedEvent]> { self.bus.publish(publications) }
    func delete(_ topic: Topic) -> EventLoopFuture<Bool> { self.bus.delete(topic) }
    func summary(of topic: Topic) -> EventLoopFuture<TopicSummary?> { self.bus.summary(of: topic) }
    func shutdown() -> EventLoopFuture<Void> { self.bus.shutdown() }

    func read(_ topic: Topic, _ range: LogRange, limit: Int) -> EventLoopFuture<LogPage> {
        self.bus.read(topic, range, limit: limit)
    }

    func topics(after: Topic?, limit: Int) -> EventLoopFuture<[TopicSummary]> {
        self.bus.topics(after: after, limit: limit)
    }
}
