public import ByteStreams
public import ByteStrings
public import HTTPTypes
public import HTTPWire
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

    /// The topics, each once; never empty where there is something to subscribe to.
    public var topics: [Topic]
    /// Where the stream begins.
    public var start: StartPosition
    /// How the data of an event is written.
    public var format: Format
    /// Whether the stream begins with a block of only `id:`.
    public var prime: Bool

    /// The address of the client; `nil` if that is not known.
    public var client: ClientAddress?
    /// Whether a browser's own EventSource asks.
    public var isBrowserEventSource = false
    /// The header fields.
    public var fields = HTTPFields()
    /// What the client calls the server: a host, and maybe a port.
    public var authority: String?
    /// The names and values of the query, in order, for what only one transport knows.
    public var query: [(name: ByteString, value: ByteString)] = []
    /// Whether the one who asks may write, as far as its origin goes: it is no page of a browser, or one of the hub's own
    /// origin or of an allowed one.
    public var mayWrite = true

    /// Makes a request.
    public init(topics: [Topic], start: StartPosition, format: Format = .data, prime: Bool = false) {
        self.topics = topics
        self.start = start
        self.format = format
        self.prime = prime
    }

    /// The value of a name of the query that may be there once; `nil` if it is absent or empty.
    public func option(_ name: ByteString) throws(Problem) -> ByteString? {
        let values = self.query.filter { $0.name == name }.map(\.value)
        guard values.count <= 1 else { throw Problem(.badRequest, "the request may have '\(name)' only once") }
        return values.first.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A number of the query.
    /// - Parameters:
    ///   - name: Its name.
    ///   - range: What is accepted.
    /// - Returns: `nil` if it is absent or empty.
    public func number(_ name: ByteString, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = try self.option(name) else { return nil }
        guard let number = text.number, range.contains(number) else {
            throw Problem(.badRequest, "'\(name)' must be \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
