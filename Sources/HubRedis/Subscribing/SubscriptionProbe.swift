import Logging
import NIOCore
import RedisWire

/// Messages that a member sends to itself, in line with all events: their arrival proves that the subscription delivers.
/// Confined to the bus's loop.
final class SubscriptionProbe {
    /// Where they come.
    let channel: [UInt8]
    private let settings: RedisBusSettings
    private let scripts: ScriptCaller
    private let commands: CommandLink
    private let subscriptions: SubscriptionLink
    private var watch: ProbeWatch
    /// Since when the keys have been on the move.
    private var movingSince: NIODeadline?

    init(
        _ settings: RedisBusSettings, _ scripts: ScriptCaller, _ commands: CommandLink,
        _ subscriptions: SubscriptionLink
    ) {
        self.settings = settings
        self.scripts = scripts
        self.commands = commands
        self.subscriptions = subscriptions
        self.channel = settings.names.probe(of: settings.member)
        self.watch = ProbeWatch(timeout: settings.timeouts.liveness)
    }

    /// One has arrived, or the subscription is a new one.
    func arrived() {
        self.watch.arrived()
    }

    func send() {
        self.scripts.call(.probe, self.settings.names.nameless, [.string(self.settings.member)]).assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let reply):
                    self.movingSince = nil
                    self.scripts.noteRefusal((try? reply.refusal) ?? nil)
                    self.checkSubscription()
                case .failure(let error as RedisError):
                    if case .server(let message) = error, self.isLasting(error) { self.scripts.noteRefusal(message) }
                case .failure: break
                }
            }
    }

    /// Keys that move are there again in a moment; if not, somebody has left them half moved.
    private func isLasting(_ error: RedisError) -> Bool {
        guard error.saysKeysMove else { return true }
        let since = self.movingSince ?? .now()
        self.movingSince = since
        return .now() - since >= self.settings.timeouts.liveness
    }

    /// A probe was published: one of those before it should have arrived. If not, the connections may lead to different servers, so
    /// both are made anew.
    private func checkSubscription() {
        guard self.subscriptions.isAcknowledged(self.channel), self.watch.published(at: .now()) else { return }
        self.watch.arrived()
        self.settings.logger.warning("the subscription to Redis is up but silent, and is made anew")
        self.subscriptions.drop()
        self.commands.drop()
    }
}

/// Notices a subscription that is up but silent: probes that were published and do not arrive.
struct ProbeWatch {
    private let timeout: TimeAmount
    private var missingSince: NIODeadline?

    /// - Parameter timeout: How long a probe may be under way.
    init(timeout: TimeAmount) {
        self.timeout = timeout
    }

    /// Redis has published a probe.
    /// - Returns: Whether the subscription is silent.
    mutating func published(at now: NIODeadline) -> Bool {
        guard let since = self.missingSince else {
            self.missingSince = now
            return false
        }
        return now - since >= self.timeout
    }

    /// A probe has arrived, or the subscription is a new one.
    mutating func arrived() {
        self.missingSince = nil
    }
}
