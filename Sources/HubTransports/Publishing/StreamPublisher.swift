public import HubCore
public import NIOCore

/// How the client of a stream publishes, for transports that let it.
public struct StreamPublisher: Sendable {
    /// Whether the client may; asked each time, since keys can be withdrawn.
    public let isAllowed: @Sendable () -> Bool
    /// Counts a publication that was not allowed.
    public let countRefusal: @Sendable () -> Void
    /// Publishes, and counts what became of it.
    public let publish: @Sendable ([Publication]) -> EventLoopFuture<[PublishedEvent]>

    /// Makes a publisher of its parts.
    public init(
        isAllowed: @escaping @Sendable () -> Bool, countRefusal: @escaping @Sendable () -> Void = {},
        publish: @escaping @Sendable ([Publication]) -> EventLoopFuture<[PublishedEvent]>
    ) {
        self.isAllowed = isAllowed
        self.countRefusal = countRefusal
        self.publish = publish
    }
}
