import HubCore
import Logging
import NIOCore
import RedisWire

/// What a `RedisBus` is on its loop: two connections, what Redis has told, and what the delegate wants to know.
///
/// Its parts are in extensions, a concern each. Everything here is confined to the loop.
final class RedisMember {
    let settings: RedisBusSettings
    let commands: CommandLink
    let subscriptions: SubscriptionLink
    let probeChannel: [UInt8]
    var delegate: (any EventBusDelegate)?
    var seen = SeenPlace()
    var readiness = Readiness()
    /// The topics that are subscribed to, by channel. Names are told apart by their bytes here, as in Redis.
    var topics: [[UInt8]: Topic] = [:]
    var probes: ProbeWatch
    /// Which run of which server the commands go to; empty if the server does not tell.
    var run = ""
    /// Which run of which server the subscriptions were made with.
    var subscribedRun = ""
    /// Whether the delegate was told of a hole and waits for the acknowledgements.
    var isMendingHole = false
    var loggedNotices: Set<String> = []
    let condition: BusCondition
    private(set) var isStopped = false

    init(_ settings: RedisBusSettings, _ condition: BusCondition) {
        self.settings = settings
        self.condition = condition
        self.commands = CommandLink(settings)
        self.subscriptions = SubscriptionLink(settings)
        self.probeChannel = settings.names.probe(of: settings.member)
        self.probes = ProbeWatch(timeout: settings.timeouts.liveness)
    }

    var logger: Logger { self.settings.logger }

    func start(delegate: any EventBusDelegate) {
        guard self.delegate == nil, !self.isStopped else { return }
        self.delegate = delegate
        self.commands.greet = { self.greet($0) }
        self.commands.opened = { self.commandsOpened() }
        self.commands.failed = { self.commandsFailed($0) }
        self.subscriptions.prepare = { self.sayHello() }
        self.subscriptions.happened = { self.happened($0) }
        self.subscriptions.subscribe([self.settings.names.control, self.probeChannel])
        self.commands.start()
        self.every(self.settings.probeInterval) { self.sendProbe() }
        self.every(self.settings.retirementInterval) { self.retireTopics() }
        self.every(self.settings.checkInterval) { self.checkServer() }
    }

    func shutdown() -> EventLoopFuture<Void> {
        self.isStopped = true
        self.note(.stopped, "the bus is shut down")
        self.commands.stop()
        self.subscriptions.stop()
        self.commands.greet = nil
        self.commands.opened = nil
        self.commands.failed = nil
        self.subscriptions.prepare = nil
        self.subscriptions.happened = nil
        self.delegate = nil
        return self.settings.eventLoop.makeSucceededVoidFuture()
    }

    /// Notes that something is wrong, or with `nil` that it no longer is; logs changes of the condition, not attempts.
    func note(_ problem: Readiness.Problem, _ reason: String?) {
        let change = self.readiness.note(problem, reason)
        self.condition.status = self.readiness.status
        guard !self.isStopped else { return }
        switch change {
        case .worse(let reason): self.logger.warning("the Redis bus is not ready", metadata: ["reason": "\(reason)"])
        case .recovered: self.logger.notice("the Redis bus is ready again")
        case nil: break
        }
    }

    /// Writes a line that is worth reading only once in the life of the process.
    func logOnce(_ message: String, reason: String) {
        guard self.loggedNotices.insert(message).inserted else { return }
        self.logger.notice("\(message)", metadata: ["reason": "\(reason)"])
    }

    /// Notes a place that Redis told of, and tells the delegate of a new epoch.
    @discardableResult
    func note(_ place: EventID) -> SeenPlace.Meaning {
        let meaning = self.seen.note(place)
        if meaning == .entered { self.delegate?.busEntered(place.epoch, clock: place.offset) }
        return meaning
    }

    private func every(_ interval: TimeAmount, _ work: @escaping () -> Void) {
        self.settings.eventLoop.assumeIsolated().scheduleTask(in: interval.jittered) {
            guard !self.isStopped else { return }
            work()
            self.every(interval, work)
        }
    }
}
