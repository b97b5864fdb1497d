import HubCore
import NIOCore
import RedisWire

/// Waits until replicas have what was published on a connection (WAIT). Without them it may be lost with the primary.
struct ReplicaConfirmation {
    let replicas: Int
    let patience: TimeAmount

    /// - Parameter connection: The one that it was published on.
    /// - Returns: Fails with `BusError.unknownOutcome`: it is in the log, and nobody knows for how long.
    func confirm(on connection: RedisCommandConnection) -> EventLoopFuture<Void> {
        let milliseconds = RedisArgument(max(1, self.patience.nanoseconds / 1_000_000))
        return connection.send(["WAIT", RedisArgument(self.replicas), milliseconds]).flatMapErrorThrowing { error in
            throw BusError.unknownOutcome(reason: "it is published, but no replica has confirmed it: \(error)")
        }.flatMapThrowing { reply in
            let count = reply.integer ?? 0
            guard count < self.replicas else { return }
            throw BusError.unknownOutcome(
                reason:
                    "it is published, but only \(count) of \(self.replicas) replicas (--redis-wait) confirmed it in time"
            )
        }
    }
}
