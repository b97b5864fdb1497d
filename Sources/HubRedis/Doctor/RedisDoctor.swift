import HubCore
public import Logging
public import NIOCore
public import RedisWire

/// Looks at the server that hubs would use, and says in plain lines what its settings mean for them. It changes none of its
/// data.
public struct RedisDoctor: Sendable {
    private let settings: RedisBusSettings

    /// - Parameters:
    ///   - location: Where the server is.
    ///   - prefix: The hubs' prefix, for what their user may do.
    ///   - confirmingReplicas: How many replicas are to confirm an event.
    ///   - eventLoop: One of a `MultiThreadedEventLoopGroup`.
    ///   - logger: Told at debug level.
    public init(
        location: RedisLocation, prefix: String, confirmingReplicas: Int, eventLoop: any EventLoop, logger: Logger
    ) {
        self.settings = RedisBusSettings(
            location: location, names: PartitionNames(prefix: prefix), replayCount: 1, replayAge: .hours(1),
            maximumEventBytes: 1, confirmingReplicas: confirmingReplicas, timeouts: RedisTimeouts(),
            eventLoop: eventLoop, logger: logger)
    }

    /// Looks.
    /// - Returns: Which server it is, and what was found; fails with a `RedisError` or `BusError` if it can't be reached.
    public func examine() -> EventLoopFuture<(endpoint: RedisEndpoint, findings: [Finding])> {
        let settings = self.settings
        return settings.eventLoop.flatSubmit {
            let endpoints = NIOLoopBound(settings.makeEndpoints(), eventLoop: settings.eventLoop)
            endpoints.value.start {}
            return endpoints.value.primary().flatMap { endpoint in
                RedisCommandConnection.connect(
                    to: endpoint, on: settings.eventLoop, timeouts: settings.timeouts, logger: settings.logger
                ).flatMap { connection in
                    self.examine(connection, at: endpoint, isCluster: endpoints.value.isCluster).always { _ in
                        connection.close()
                    }
                }.map { (endpoint: endpoint, findings: $0) }
            }.always { _ in endpoints.value.stop() }
        }
    }

    private func examine(
        _ connection: RedisCommandConnection, at endpoint: RedisEndpoint, isCluster: Bool
    ) -> EventLoopFuture<[Finding]> {
        ServerFacts.ask(connection).flatMap { facts in
            self.configuration(connection).and(self.refusal(connection, at: endpoint, isSharded: facts.hasShards)).map {
                known, refusal in
                ServerExamination(
                    facts, configuration: known, refusal: refusal, isCluster: isCluster,
                    confirmingReplicas: self.settings.confirmingReplicas
                ).findings
            }
        }
    }

    private func configuration(_ connection: RedisCommandConnection) -> EventLoopFuture<
        [(name: String, value: String)]?
    > {
        connection.send(["CONFIG", "GET", "*"]).map { reply in
            let words = (reply.array ?? []).map { $0.string ?? "" }
            return stride(from: 0, to: words.count - 1, by: 2).map { (name: words[$0], value: words[$0 + 1]) }
        }.flatMapErrorThrowing { error in
            guard case .server? = error as? RedisError else { throw error }
            return nil
        }
    }

    /// What the hub's user may not do there, tried where it does nothing.
    private func refusal(
        _ connection: RedisCommandConnection, at endpoint: RedisEndpoint, isSharded: Bool
    ) -> EventLoopFuture<String?> {
        let keys = self.settings.names.common + self.settings.names.nameless
        return LoadedScripts.load(into: connection, isSharded: isSharded).flatMap { scripts in
            scripts.run(.rights, keys: keys, [])
        }.flatMap { reply in
            guard reply.isNull, self.settings.confirmingReplicas > 0 else {
                return connection.eventLoop.makeSucceededFuture(reply.string)
            }
            return connection.send(["WAIT", 0, 1]).map { _ in nil }
        }.flatMapErrorThrowing { error in
            guard case .server(let message)? = error as? RedisError else { throw error }
            return message
        }.flatMap { refusal in
            guard refusal == nil else { return connection.eventLoop.makeSucceededFuture(refusal) }
            return SubscriptionTrial.refusal(at: endpoint, isSharded ? .sharded : .plain, self.settings)
        }
    }
}
