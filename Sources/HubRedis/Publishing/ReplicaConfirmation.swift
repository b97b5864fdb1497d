import HubCore
import NIOCore
import RedisWire

/// Waits until replicas have what was published on a connection (WAIT), without which it may be lost with the primary. One wait is
/// under way at a time, and the next is for all that was published meanwhile: a replica that hangs costs everybody one
/// time-out, not one for each before them. Confined to the bus's loop.
final class ReplicaConfirmation {
    private let replicas: Int
    private let patience: TimeAmount
    private let connection: RedisCommandConnection
    private var next: EventLoopPromise<Void>?
    private var isWaiting = false

    /// - Parameter connection: The one that is published on.
    init(_ settings: RedisBusSettings, on connection: RedisCommandConnection) {
        self.replicas = settings.confirmingReplicas
        self.patience = .nanoseconds(settings.timeouts.command.nanoseconds / 2)
        self.connection = connection
    }

    func isOf(_ connection: RedisCommandConnection) -> Bool { connection === self.connection }

    /// Waits for what has been published until now.
    /// - Returns: Fails with `BusError.unknownOutcome`: it is in the log, and nobody knows for how long.
    func confirm() -> EventLoopFuture<Void> {
        let promise = self.next ?? self.connection.eventLoop.makePromise()
        self.next = promise
        if !self.isWaiting { self.begin() }
        return promise.futureResult
    }

    private func begin() {
        guard let promise = self.next.take() else { return }
        self.isWaiting = true
        let milliseconds = RedisArgument(max(1, self.patience.nanoseconds / 1_000_000))
        self.connection.send(["WAIT", RedisArgument(self.replicas), milliseconds]).assumeIsolated().whenComplete {
            self.isWaiting = false
            if let reason = self.reason($0) {
                promise.fail(BusError.unknownOutcome(reason: reason))
            } else {
                promise.succeed()
            }
            self.begin()
        }
    }

    private func reason(_ result: Result<RESPValue, any Error>) -> String? {
        switch result {
        case .failure(let error): return "it is published, but no replica has confirmed it: \(error)"
        case .success(let reply):
            let count = reply.integer ?? 0
            guard count < self.replicas else { return nil }
            return "it is published, but only \(count) of \(self.replicas) replicas (--redis-wait) confirmed it in time"
        }
    }
}
