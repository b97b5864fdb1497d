public import HTTPTypes
public import HTTPWire
public import HubCore
public import HubDoor

/// An endpoint whose response is a stream: one transport of the hub. Called on the loop of the exchange.
public protocol StreamEndpoint: Sendable {
    /// The media type of the stream, which a client's `Accept` must allow.
    var mediaType: String { get }

    /// Whether the clients of its streams may publish through them.
    var takesPublications: Bool { get }

    /// Whether a POST asks for the same as a GET, with a form or JSON as its query.
    var takesForms: Bool { get }

    /// Whether its streams end at once, so that the topics that they listen to cost nothing afterwards.
    var isMomentary: Bool { get }

    /// The cursor in a field that only this transport knows; it outranks the query's. `nil` if there is none.
    func cursor(in fields: HTTPFields) -> String?

    /// Refuses what the head alone shows to be wrong.
    func check(_ request: StreamRequest) throws(Problem)

    /// Responds to a GET with a stream, which ends when the client leaves or the hub ends it.
    /// - Parameters:
    ///   - request: What is asked for.
    ///   - session: By whom.
    ///   - exchange: The request that waits for its response.
    func open(_ request: StreamRequest, of session: Session, on exchange: any HTTPExchange)

    /// The response to a GET of a client that is turned away for now; `nil` if a refusal will do.
    /// - Parameter retry: After how long the client should come back, in milliseconds.
    func farewell(_ request: StreamRequest, _ reason: CloseReason, retry: Int32) -> Response?

    /// Responds to a HEAD: what GET would, without a body, and without a subscription.
    func describe(_ request: StreamRequest, _ exchange: any HTTPExchange)
}

extension StreamEndpoint {
    /// A stream has one direction.
    public var takesPublications: Bool { false }

    /// A WebSocket and a frame begin with a GET only.
    public var takesForms: Bool { false }

    /// A stream lasts.
    public var isMomentary: Bool { false }

    /// There is none.
    public func cursor(in fields: HTTPFields) -> String? { nil }

    /// What all transports have in common is enough.
    public func check(_ request: StreamRequest) throws(Problem) {}

    /// A refusal will do.
    public func farewell(_ request: StreamRequest, _ reason: CloseReason, retry: Int32) -> Response? { nil }
}

/// Where events keep their bytes in each wire format; the gaps leave room for a format's variants.
enum EncodingSlot: Int {
    /// `SSEEncoding`, four variants.
    case sse = 0
    /// `BatchEncoding`.
    case batch = 4
    /// `IFrameEncoding`.
    case iframe = 5
    /// `WebSocketEncoding`, two variants.
    case webSocket = 6
}

/// When a client that was told to leave comes back, so that a fleet does not move in step.
enum CloseRetry {
    private static let milliseconds: ClosedRange<Int32> = 500...5000

    /// In milliseconds.
    static func random() -> Int32 { .random(in: self.milliseconds) }
}

extension HTTPField.Name {
    /// Whether a stream is complete from where it was asked to begin.
    static let hubReplay = Self.known("Hub-Replay")
    /// After how many seconds a client that polls should come back.
    static let hubPollAfter = Self.known("Hub-Poll-After")
    /// Whether a proxy holds the response back until it is complete (nginx).
    static let xAccelBuffering = Self.known("X-Accel-Buffering")
}
