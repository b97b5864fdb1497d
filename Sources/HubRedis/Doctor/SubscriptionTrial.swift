import NIOCore
import RedisWire

/// Subscribes once, to find out whether the user may.
final class SubscriptionTrial: RedisSubscriptionDelegate {
    private let promise: EventLoopPromise<String?>

    private init(_ promise: EventLoopPromise<String?>) {
        self.promise = promise
    }

    /// Tries it.
    /// - Returns: Why the user may not; `nil` if he may.
    static func refusal(
        at endpoint: RedisEndpoint, _ channels: ChannelKind, _ settings: RedisBusSettings
    ) -> EventLoopFuture<String?> {
        let promise = settings.eventLoop.makePromise(of: String?.self)
        return RedisSubscriptionConnection.connect(
            to: endpoint, kind: channels, on: settings.eventLoop, timeouts: settings.timeouts, logger: settings.logger,
            delegate: SubscriptionTrial(promise)
        ).flatMapErrorThrowing { error in
            promise.succeed(nil)
            throw error
        }.flatMap { connection in
            connection.subscribe([settings.names.control])
            return promise.futureResult.always { _ in connection.close() }
        }
    }

    func subscribed(_ channel: [UInt8]) { self.promise.succeed(nil) }
    func closed(_ error: RedisError?) { self.promise.succeed(error?.description) }
    func unsubscribed(_ channel: [UInt8]) {}
    func received(message: [UInt8], on channel: [UInt8]) {}
    func passedOver(on channel: [UInt8]) {}
    func receivedAll() {}
}
