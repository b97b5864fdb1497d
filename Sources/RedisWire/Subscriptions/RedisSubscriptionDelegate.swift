/// Is told what happens on a subscription connection, always on its event loop, in the order in which it happened.
public protocol RedisSubscriptionDelegate: AnyObject, Sendable {
    /// Redis acknowledged the latest `subscribe`: every message published from now on will be received.
    func subscribed(_ channel: [UInt8])

    /// Redis acknowledged the latest `unsubscribe`.
    func unsubscribed(_ channel: [UInt8])

    /// A message came, on a channel whose subscription is acknowledged.
    /// - Parameters:
    ///   - message: Its bytes.
    ///   - channel: The channel's name.
    func received(message: [UInt8], on channel: [UInt8])

    /// A message came that is longer than `RESPLimits.stringBytes`, and was not kept.
    /// - Parameter channel: The channel's name.
    func passedOver(on channel: [UInt8])

    /// All messages that had arrived are handed over; called only after at least one `received(message:on:)`.
    func receivedAll()

    /// The connection is closed, and nothing more will be told; called exactly once.
    /// - Parameter error: Why; `nil` after `close()`.
    func closed(_ error: RedisError?)
}
