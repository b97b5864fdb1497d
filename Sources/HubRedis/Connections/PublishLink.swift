import HubCore
import NIOCore
import RedisWire

/// The connection for publishing, where replicas are to confirm what is published: WAIT holds up whatever comes after it on its
/// connection. It lives as long as the connection for everything else. Confined to the bus's loop.
final class PublishLink {
    /// The connection with its scripts; `nil` while there is none.
    private(set) var scripts: LoadedScripts?

    private let settings: RedisBusSettings
    private let health: BusHealth
    private var confirmation: ReplicaConfirmation?

    init(_ settings: RedisBusSettings, _ health: BusHealth) {
        self.settings = settings
        self.health = health
    }

    /// Nothing more is published on it: it leads to a server that is no longer in charge. What is under way is answered still.
    func leave() {
        self.scripts = nil
    }

    /// Waits until replicas have what was published until now on a connection.
    func confirm(on connection: RedisCommandConnection) -> EventLoopFuture<Void> {
        guard let confirmation, confirmation.isOf(connection) else {
            let reason = "it is published, but another server took over before a replica confirmed it"
            return self.settings.eventLoop.makeFailedFuture(BusError.unknownOutcome(reason: reason))
        }
        return confirmation.confirm().assumeIsolated().always { result in
            guard case .failure(let error) = result else { return }
            self.health.warn("replicas do not confirm what is published", (error as? BusError)?.reason)
        }.nonisolated()
    }

    /// Makes it anew, to the same server as another connection, if replicas are to confirm.
    func open(beside other: LoadedScripts, at endpoint: RedisEndpoint) -> EventLoopFuture<Void> {
        let settings = self.settings
        self.scripts = nil
        guard settings.confirmingReplicas > 0 else { return settings.eventLoop.makeSucceededVoidFuture() }
        return RedisCommandConnection.connect(
            to: endpoint, on: settings.eventLoop, timeouts: settings.timeouts, name: "hub-publishing",
            logger: settings.logger
        ).flatMap { connection in
            // Without the right to it, nothing could be published.
            connection.send(["WAIT", 0, 1]).flatMap { _ in
                LoadedScripts.load(into: connection, isSharded: other.isSharded)
            }.flatMapErrorThrowing { error in
                connection.close()
                throw error
            }
        }.assumeIsolated().map { scripts in
            self.scripts = scripts
            self.confirmation = ReplicaConfirmation(settings, on: scripts.connection)
            scripts.connection.closeFuture.whenComplete { _ in other.connection.close() }
            other.connection.closeFuture.assumeIsolated().whenComplete { _ in
                scripts.connection.close()
                if self.scripts?.connection === scripts.connection { self.scripts = nil }
            }
        }.nonisolated()
    }
}
