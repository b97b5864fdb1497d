import NIOHTTP1

/// What the head of a batch says.
enum BatchHead {
    /// The media type.
    static let mediaType = "application/json"

    /// The header fields of every batch.
    static let fields: HTTPHeaders = ["Content-Type": mediaType, "Cache-Control": "no-store"]

    /// When a client that polls should come back if nothing more waits for it, in seconds, jittered so that those who began
    /// together do not stay together.
    static var pollAfter: String { String(Int.random(in: 4...6)) }
}
