import HubCore
import Logging
import NIOCore
import RedisWire

/// Looks at the server at the other end of every new connection, before anybody relies on it. Confined to the bus's loop.
final class ServerGreeting {
    private let settings: RedisBusSettings
    private let scripts: ScriptCaller
    private let commands: CommandLink
    private let publishing: PublishLink
    private let subscriptions: SubscriptionLink
    private let health: BusHealth
    private let openings: ReconnectCounter
    /// Which run of which server the commands go to; empty if the server does not tell.
    private var run = ""
    /// Which run of which server the subscriptions were made with.
    private var subscribedRun = ""

    init(
        _ settings: RedisBusSettings, _ scripts: ScriptCaller, _ commands: CommandLink,
        _ publishing: PublishLink, _ subscriptions: SubscriptionLink, _ health: BusHealth, _ openings: ReconnectCounter
    ) {
        self.settings = settings
        self.scripts = scripts
        self.commands = commands
        self.publishing = publishing
        self.subscriptions = subscriptions
        self.health = health
        self.openings = openings
    }

    /// Looks at a new server, and tells it what was seen before anything else is asked of it.
    /// - Returns: The scripts, loaded there.
    func greet(_ connection: RedisCommandConnection) -> EventLoopFuture<LoadedScripts> {
        ServerFacts.ask(connection).assumeIsolated().flatMap { facts in
            if let reason = facts.whyUnusable(isCluster: self.commands.isCluster) {
                return self.settings.eventLoop.makeFailedFuture(BusError.unavailable(reason: reason))
            }
            self.run = facts.run
            self.health.note(facts)
            return LoadedScripts.load(into: connection, isSharded: facts.hasShards)
        }.flatMap { (scripts: LoadedScripts) -> EventLoopFuture<LoadedScripts> in
            let greeted = self.sayHello(with: scripts).assumeIsolated().flatMap { self.openPublishing(beside: scripts) }
            return greeted.map { scripts }.nonisolated()
        }.nonisolated()
    }

    private func openPublishing(beside scripts: LoadedScripts) -> EventLoopFuture<Void> {
        guard let endpoint = self.commands.endpoint else { return self.settings.eventLoop.makeSucceededVoidFuture() }
        return self.publishing.open(beside: scripts, at: endpoint)
    }

    /// Says hello on the connection that there is, so that a server which lost writes is noticed before its messages
    /// are listened to.
    /// - Returns: Where it is, and which channels the scripts publish on.
    func sayHello() -> EventLoopFuture<(endpoint: RedisEndpoint, channels: ChannelKind)> {
        guard let scripts = self.commands.scripts, let endpoint = self.commands.endpoint else {
            return self.settings.eventLoop.makeFailedFuture(BusError.unavailable(reason: "Redis is not connected"))
        }
        self.subscribedRun = self.run
        return self.sayHello(with: scripts).map { (endpoint, scripts.isSharded ? .sharded : .plain) }
    }

    /// There is a connection for commands: subscriptions belong to the same server.
    func commandsOpened() {
        self.openings.countOpening()
        self.health.note(.unreachable, nil)
        if self.subscribedRun != self.run { self.subscriptions.drop() }
        self.subscriptions.start()
    }

    func commandsFailed(_ error: any Error) {
        let reason = (error as? BusError)?.reason ?? "\(error)"
        self.settings.logger.debug("no connection for commands", metadata: ["reason": "\(reason)"])
        self.health.note(.unreachable, reason)
    }

    private func sayHello(with scripts: LoadedScripts) -> EventLoopFuture<Void> {
        let arguments: [RedisArgument] = [
            RedisArgument(self.settings.replayCount), RedisArgument(self.settings.replayAgeMilliseconds),
            RedisArgument(self.settings.maximumEventBytes), scripts.isSharded ? 1 : 0,
        ]
        return self.scripts.call(.hello, self.settings.names.nameless, arguments, with: scripts).assumeIsolated()
            .flatMapThrowing { reply in
                self.scripts.noteRefusal(try reply.refusal)
            }.nonisolated()
    }
}

extension ScriptReply {
    /// Why the server refuses writes, as the scripts `hello` and `probe` found out; `nil` if it takes them.
    var refusal: String? {
        get throws(MalformedMessage) { self.isNull(1) ? nil : try self.text(1) }
    }
}
