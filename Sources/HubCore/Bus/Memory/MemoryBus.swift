public import ByteStrings
public import NIOCore
import Synchronization

/// The embedded bus: one process, no other service, and nothing is kept when it ends.
///
/// Sendable is safe without a check: all stored state but `condition`, which is a mutex, is touched only on `eventLoop`.
public final class MemoryBus: EventBus, @unchecked Sendable {
    private static let retirementInterval = TimeAmount.seconds(1)
    /// How many topics are looked at before others have their turn on the loop.
    private static let retirementStep = 1000

    public let eventLoop: any EventLoop
    private let condition = Mutex(BusStatus.notReady(reason: "the bus has not been started"))
    private let now: @Sendable () -> UInt64
    private var log: MemoryLog
    private weak var delegate: (any EventBusDelegate)?
    private var subscriptions: Set<Topic> = []
    private var isHandingOver = false
    private var retirement: RepeatedTask?
    private var isRetiring = false
    private var revoked: [ByteString: UInt64] = [:]

    /// Makes a bus.
    /// - Parameters:
    ///   - eventLoop: The loop on which it works.
    ///   - replayCount: How many events of each topic are kept.
    ///   - replayAge: How long an event is kept.
    public convenience init(eventLoop: any EventLoop, replayCount: Int, replayAge: TimeAmount) {
        self.init(eventLoop: eventLoop, replayCount: replayCount, replayAge: replayAge, now: { WallClock.milliseconds })
    }

    /// Makes a bus with a clock of the caller's.
    /// - Parameter now: Milliseconds since 1970.
    init(
        eventLoop: any EventLoop, replayCount: Int, replayAge: TimeAmount, now: @escaping @Sendable () -> UInt64
    ) {
        let epoch = Epoch(rawValue: (now() * 1000) << 12 | UInt64.random(in: 0..<4096))
        let age = UInt64(max(0, replayAge.nanoseconds / 1_000_000))
        self.eventLoop = eventLoop
        self.now = now
        self.log = MemoryLog(epoch: epoch, retention: .init(count: replayCount, age: age), now: now())
    }

    public var status: BusStatus { self.condition.withLock { $0 } }

    public func start(delegate: any EventBusDelegate) {
        self.eventLoop.execute {
            self.delegate = delegate
            self.condition.withLock { $0 = .ready }
            delegate.busEntered(self.log.epoch, clock: self.log.clock)
            self.retirement = self.eventLoop.scheduleRepeatedTask(
                initialDelay: Self.retirementInterval, delay: Self.retirementInterval
            ) { _ in self.retire() }
        }
    }

    public func publish(_ publications: [Publication]) -> EventLoopFuture<[PublishedEvent]> {
        if let excess = StepSize(of: publications).excess {
            return self.eventLoop.makeFailedFuture(BusError.refused(reason: excess.description))
        }
        return self.onLoop {
            let now = self.now()
            let uptime = NIODeadline.now().uptimeNanoseconds / 1_000_000
            return publications.map { publication in
                let (published, events) = self.log.publish(publication, now: now, uptime: uptime)
                for event in events where self.subscriptions.contains(event.topic) {
                    self.handOver(.appended(event))
                }
                return published
            }
        }
    }

    public func read(_ topic: Topic, _ range: LogRange, limit: Int) -> EventLoopFuture<LogPage> {
        self.onLoop { self.log.page(topic, range, limit: limit) }
    }

    public func subscribe(_ topic: Topic) {
        self.eventLoop.execute {
            self.subscriptions.insert(topic)
            self.delegate?.busSubscribed(topic)
        }
    }

    public func unsubscribe(_ topic: Topic) {
        self.eventLoop.execute { self.subscriptions.remove(topic) }
    }

    public func reportRollback(of epoch: Epoch) {
        // Memory does not roll back.
    }

    public func reconnect() {
        // Nor does it come from elsewhere.
    }

    public func delete(_ topic: Topic) -> EventLoopFuture<Bool> {
        self.onLoop {
            guard let last = self.log.delete(topic) else { return false }
            self.handOver(.deleted(topic, last: last, epoch: self.log.epoch))
            return true
        }
    }

    public func topics(after: Topic?, limit: Int) -> EventLoopFuture<[TopicSummary]> {
        self.onLoop { self.log.topics(after: after, limit: limit) }
    }

    public func summary(of topic: Topic) -> EventLoopFuture<TopicSummary?> {
        self.onLoop { self.log.summary(of: topic) }
    }

    public func shutdown() -> EventLoopFuture<Void> {
        self.onLoop {
            self.retirement?.cancel()
            self.condition.withLock { $0 = .notReady(reason: "the bus was shut down") }
        }
    }

    private func onLoop<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> EventLoopFuture<Value> {
        self.eventLoop.submit(body)
    }

    /// Hands a change over; what comes in the same tick is sent on together.
    private func handOver(_ change: LogChange) {
        self.delegate?.busReceived(change)
        guard !self.isHandingOver else { return }
        self.isHandingOver = true
        self.eventLoop.execute {
            self.isHandingOver = false
            self.delegate?.busReceivedAll()
        }
    }

    private func retire() {
        if !self.isRetiring { self.retireSome() }
        self.delegate?.busReached(EventID(epoch: self.log.epoch, offset: self.log.clock))
    }

    private func retireSome() {
        let now = self.now()
        let retired = self.log.retire(now: now, limit: Self.retirementStep)
        for (topic, last) in retired where self.subscriptions.contains(topic) {
            self.handOver(.retired(topic, last: last, epoch: self.log.epoch))
        }
        self.isRetiring = self.log.mayRetire(now: now)
        if self.isRetiring { self.eventLoop.execute { self.retireSome() } }
    }
}

extension MemoryBus: RevocationStore {
    public func revoke(_ subject: ByteString) -> EventLoopFuture<Revocation> {
        self.onLoop {
            let time = max(self.now(), self.revoked[subject] ?? 0)
            self.revoked[subject] = time
            return Revocation(subject: subject, time: time)
        }
    }

    public func revocations(since time: UInt64) -> EventLoopFuture<[Revocation]> {
        self.onLoop {
            self.revoked.lazy.filter { $0.value >= time }.map { Revocation(subject: $0.key, time: $0.value) }
        }
    }
}
