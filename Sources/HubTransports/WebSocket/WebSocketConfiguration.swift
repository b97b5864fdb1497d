public import HubCore
public import NIOCore

/// The limits of a WebSocket client.
public struct WebSocketConfiguration: Sendable {
    /// The largest message that a client may send, in bytes, after decompression.
    public var maximumMessageBytes: Int
    /// The same for a client that may not publish: it has no more to say than which topics it wants.
    public var maximumStrangersMessageBytes = 16 << 10
    /// How long a message may take from its first byte to its last; `messageRate` adds to it for those who may publish.
    public var messageTime = TimeAmount.seconds(30)
    /// How many bytes a second keep a message from being timed out.
    public var messageRate = 8 << 10
    /// The most topics of a stream, and of an event.
    public var maximumTopics: Int
    /// What messages take from until they have been dealt with.
    public var budget: ByteBudget

    /// Makes a configuration.
    public init(
        maximumMessageBytes: Int = 1 << 20, maximumTopics: Int = 100, budget: ByteBudget = ByteBudget()
    ) {
        self.maximumMessageBytes = maximumMessageBytes
        self.maximumTopics = maximumTopics
        self.budget = budget
    }
}
