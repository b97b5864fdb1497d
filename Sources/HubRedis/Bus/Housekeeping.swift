import HubCore
import NIOCore
import RedisWire

/// What a member does from time to time, unasked. Confined to the bus's loop.
final class Housekeeping {
    /// How many topics are retired in a step.
    private static let step: Int64 = 100

    private let settings: RedisBusSettings
    private let scripts: ScriptCaller
    private let commands: CommandLink
    private let probe: SubscriptionProbe
    private let health: BusHealth

    init(
        _ settings: RedisBusSettings, _ scripts: ScriptCaller, _ commands: CommandLink, _ probe: SubscriptionProbe,
        _ health: BusHealth
    ) {
        self.settings = settings
        self.scripts = scripts
        self.commands = commands
        self.probe = probe
        self.health = health
    }

    func start() {
        self.every(self.settings.probeInterval) { self.probe.send() }
        self.every(self.settings.retirementInterval) { self.retireTopics() }
        self.every(self.settings.checkInterval) { self.checkServer() }
    }

    private func every(_ interval: TimeAmount, _ work: @escaping () -> Void) {
        self.settings.eventLoop.assumeIsolated().scheduleTask(in: interval.jittered) {
            guard !self.health.isStopped else { return }
            work()
            self.every(interval, work)
        }
    }

    /// Forgets topics that have had no event for long, a bounded number in a step.
    private func retireTopics() {
        let arguments = [RedisArgument(self.settings.replayAgeMilliseconds), .integer(Self.step)]
        self.scripts.call(.candidates, [], arguments).assumeIsolated().whenSuccess { reply in
            guard let names = try? reply.names(1), !names.isEmpty, !self.health.isStopped else { return }
            self.retire(names, arguments)
        }
    }

    /// In a call of its own, whose keys are known beforehand.
    private func retire(_ names: [[UInt8]], _ arguments: [RedisArgument]) {
        let logs = names.map { self.settings.names.log(of: $0) }
        self.scripts.call(.retire, logs, arguments + names.map { .bytes($0) }).assumeIsolated().whenSuccess { reply in
            guard let count = try? reply.integer(1), count == Self.step, !self.health.isStopped else { return }
            self.retireTopics()
        }
    }

    /// Looks again at what may change while the server runs.
    private func checkServer() {
        guard let connection = self.commands.scripts?.connection else { return }
        ServerFacts.ask(connection).assumeIsolated().whenSuccess { facts in
            self.health.note(facts)
            if facts.whyUnusable(isCluster: self.commands.isCluster) != nil { self.commands.drop() }
        }
        self.keepFunctions()
    }

    /// Loads the functions by which applications publish, unless they are there, or not to be had.
    func keepFunctions() {
        guard let connection = self.commands.scripts?.connection else { return }
        FunctionLibrary.keep(on: connection).assumeIsolated().whenFailure { error in
            guard case .server(let message)? = error as? RedisError else { return }
            self.health.logOnce("FCALL hub_publish is not available", reason: message)
        }
    }
}
