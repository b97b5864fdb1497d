public import HubCore

/// What a client asked of a subscribing endpoint, checked.
public struct StreamRequest: Sendable {
    /// How the data of an event is written.
    public enum Format: String, Sendable, CaseIterable {
        /// The bare data.
        case data
        /// The whole event as JSON, so that a stream of several topics tells them apart.
        case json
    }

    /// The topics, each once; never empty.
    public var topics: [Topic]
    /// Where the stream begins.
    public var start: StartPosition
    /// How the data of an event is written.
    public var format: Format
    /// Whether the stream begins with a block of only `id:`.
    public var prime: Bool

    /// Makes a request.
    public init(topics: [Topic], start: StartPosition, format: Format = .data, prime: Bool = false) {
        self.topics = topics
        self.start = start
        self.format = format
        self.prime = prime
    }
}
