import ByteStrings
import HTTPWire
import HubCore
import NIOCore

/// What a client asked of an endpoint that answers with a batch.
struct BatchRequest {
    /// The most events that a client may ask for at once.
    static let limits = 1...1000
    /// How long a client may ask to wait, in seconds.
    static let timeouts = 1...60
    private static let defaultLimit = 100
    private static let defaultTimeout = 25

    /// How many events the batch may have.
    let limit: Int
    /// How long the client waits for the first of them, in seconds; only of long polling.
    let timeout: Int
    /// The cursor that an empty batch gives back; `nil` if only the hub knows the position.
    let cursor: String?
    /// The cursors that the client already has an answer for.
    let entityTags: [ByteString]

    /// Reads a request.
    init(_ request: StreamRequest) throws(Problem) {
        self.limit = try request.number("limit", in: Self.limits) ?? Self.defaultLimit
        self.timeout = try request.number("timeout", in: Self.timeouts) ?? Self.defaultTimeout
        self.entityTags = EntityTag.list(request.fields)
        if case .cursor(let text) = request.start { self.cursor = text } else { self.cursor = nil }
    }
}
