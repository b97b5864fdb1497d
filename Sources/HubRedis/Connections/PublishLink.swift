import NIOCore
import RedisWire

/// The connection for publishing, where replicas are to confirm what is published: WAIT holds up whatever comes after it on its
/// connection. It lives as long as the connection for everything else. Confined to the bus's loop.
final class PublishLink {
    /// The connection with its scripts; `nil` while there is none.
    private(set) var scripts: LoadedScripts?

    private let settings: RedisBusSettings

    init(_ settings: RedisBusSettings) {
        self.settings = settings
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
            scripts.connection.closeFuture.whenComplete { _ in other.connection.close() }
            other.connection.closeFuture.assumeIsolated().whenComplete { _ in
                scripts.connection.close()
                if self.scripts?.connection === scripts.connection { self.scripts = nil }
            }
        }.nonisolated()
    }
}
