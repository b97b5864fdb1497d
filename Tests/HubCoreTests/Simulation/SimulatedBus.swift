import NIOCore
import NIOEmbedded
import TestSupport

@testable import HubCore

/// One member's connections to a `SimulatedServer`. Nothing moves by itself: the simulation decides when a message arrives,
/// a read is carried out or answered, and what is lost.
final class SimulatedBus: EventBus, @unchecked Sendable {
    enum Message {
        case subscribed(Topic)
        case changed(LogChange)
        case reached(EventID)
    }

    private struct Read {
        let topic: Topic
        let range: LogRange
        let limit: Int
        let promise: EventLoopPromise<LogPage>
        var page: LogPage?
    }

    let loop = EmbeddedEventLoop()
    let server: SimulatedServer
    private var delegate: (any EventBusDelegate)?
    private var wanted: Set<Topic> = []
    private var active: Set<Topic> = []
    private var wire: [Message] = []
    private var reads: [Read] = []
    private var seen: EventID?
    private(set) var isConnected: Bool
    /// Whether the member knows anything of the server yet.
    private(set) var isMet: Bool
    /// Whether it is connected to the primary that others have taken over from.
    var isWithOldPrimary = false

    init(server: SimulatedServer, isMet: Bool = true) {
        self.server = server
        self.isMet = isMet
        self.isConnected = isMet
    }

    var eventLoop: any EventLoop { self.loop }
    var status: BusStatus { .ready }

    func start(delegate: any EventBusDelegate) {
        self.delegate = delegate
        if self.isMet { self.enter() }
    }

    func publish(_ publications: [Publication]) -> EventLoopFuture<[PublishedEvent]> {
        self.loop.makeFailedFuture(BusError.unavailable(reason: "simulated events are published on the server"))
    }

    func read(_ topic: Topic, _ range: LogRange, limit: Int) -> EventLoopFuture<LogPage> {
        let promise = self.loop.makePromise(of: LogPage.self)
        self.reads.append(Read(topic: topic, range: range, limit: limit, promise: promise))
        return promise.futureResult
    }

    func subscribe(_ topic: Topic) {
        self.wanted.insert(topic)
        if self.isConnected { self.activate(topic) }
    }

    func unsubscribe(_ topic: Topic) {
        self.wanted.remove(topic)
        self.active.remove(topic)
    }

    func reportRollback(of epoch: Epoch) { self.server.rotate(epoch) }
    func reconnect() { self.disconnect() }
    func delete(_ topic: Topic) -> EventLoopFuture<Bool> { self.loop.makeSucceededFuture(false) }
    func topics(after: Topic?, limit: Int) -> EventLoopFuture<[TopicSummary]> { self.loop.makeSucceededFuture([]) }
    func summary(of topic: Topic) -> EventLoopFuture<TopicSummary?> { self.loop.makeSucceededFuture(nil) }
    func shutdown() -> EventLoopFuture<Void> { self.loop.makeSucceededVoidFuture() }

    // MARK: - Moved by the simulation

    var isQuiet: Bool { self.wire.isEmpty && self.reads.isEmpty && self.isConnected }

    func broadcast(_ messages: [Message]) {
        guard self.isConnected else { return }
        self.wire += messages.filter { message in
            guard case .changed(let change) = message else { return true }
            return self.active.contains(change.topic)
        }
    }

    /// The log of the server that it is connected to.
    private var log: MemoryLog { self.isWithOldPrimary ? self.server.oldLog ?? self.server.log : self.server.log }

    private func check() {
        if !self.isWithOldPrimary { self.server.check(seen: self.seen) }
    }

    func probe() {
        guard self.isConnected else { return }
        self.check()
        self.wire.append(.reached(EventID(epoch: self.log.epoch, offset: self.log.clock)))
    }

    func deliver(_ count: Int) {
        for message in self.wire.prefix(count) {
            switch message {
            case .subscribed(let topic): self.delegate?.busSubscribed(topic)
            case .changed(let change): self.delegate?.busReceived(change)
            case .reached(let id): self.delegate?.busReached(id)
            }
            if case .changed(.appended(let event)) = message { self.see(event.id) }
        }
        self.wire.removeFirst(min(count, self.wire.count))
        self.delegate?.busReceivedAll()
    }

    /// Loses one message, which no real connection does; the hub must notice all the same.
    func loseMessage(using random: inout SeededGenerator) {
        let events = self.wire.indices.filter { if case .changed(.appended) = self.wire[$0] { true } else { false } }
        guard let victim = events.randomElement(using: &random) else { return }
        self.wire.remove(at: victim)
    }

    func disconnect() {
        guard self.isConnected else { return }
        self.isConnected = false
        self.active = []
        self.wire = []
        self.delegate?.busLostSubscriptions()
    }

    /// Connects, to the old primary or to the one in force. What was asked of the other one is not answered.
    func connect(toOldPrimary: Bool = false) {
        guard !self.isConnected else { return }
        self.isConnected = true
        let isWithOldPrimary = toOldPrimary && self.server.oldLog != nil
        if isWithOldPrimary != self.isWithOldPrimary {
            let reads = self.reads
            self.reads = []
            for read in reads { read.promise.fail(BusError.unavailable(reason: "simulated")) }
        }
        self.isWithOldPrimary = isWithOldPrimary
        if !self.isMet { self.enter() }
        self.isMet = true
        for topic in self.wanted.sorted(by: { $0.name < $1.name }) { self.activate(topic) }
    }

    /// Carries out the first read that waits for it: from here on its page can be out of date.
    func carryOutRead() {
        guard let index = self.reads.firstIndex(where: { $0.page == nil }) else { return }
        self.check()
        let read = self.reads[index]
        self.reads[index].page = self.log.page(read.topic, read.range, limit: read.limit)
    }

    func answerRead(failing: Bool) {
        guard let read = self.reads.first, let page = read.page else { return }
        self.reads.removeFirst()
        guard !failing else { return read.promise.fail(BusError.unavailable(reason: "simulated")) }
        self.see(EventID(epoch: page.epoch, offset: page.clock))
        self.delegate?.busEntered(page.epoch, clock: page.clock)
        read.promise.succeed(page)
    }

    private func enter() {
        self.delegate?.busEntered(self.log.epoch, clock: self.log.clock)
        self.see(EventID(epoch: self.log.epoch, offset: self.log.clock))
    }

    private func activate(_ topic: Topic) {
        self.active.insert(topic)
        self.wire.append(.subscribed(topic))
    }

    private func see(_ id: EventID) {
        let isOfReign = self.seen?.offset.tag == id.offset.tag
        if let seen, id.epoch < seen.epoch || (id.epoch == seen.epoch && isOfReign && id.offset <= seen.offset) {
            return
        }
        self.seen = id
    }
}

extension LogChange {
    var topic: Topic {
        switch self {
        case .appended(let event): event.topic
        case .deleted(let topic, _, _), .retired(let topic, _, _): topic
        }
    }
}
