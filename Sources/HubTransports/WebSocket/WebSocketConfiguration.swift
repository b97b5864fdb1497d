/// The limits of a WebSocket client.
public struct WebSocketConfiguration: Sendable {
    /// The largest message that a client may send, in bytes, after decompression.
    public var maximumMessageBytes: Int
    /// The most topics of a stream, and of an event.
    public var maximumTopics: Int

    /// Makes a configuration.
    public init(maximumMessageBytes: Int = 1 << 20, maximumTopics: Int = 100) {
        self.maximumMessageBytes = maximumMessageBytes
        self.maximumTopics = maximumTopics
    }
}
