public import HubCore
public import NIOHTTP1

/// An endpoint whose answer is a stream: one transport of the hub. Called on the loop of the exchange's channel.
public protocol StreamEndpoint: Sendable {
    /// The media type of the stream, which a client's `Accept` must allow.
    var mediaType: String { get }

    /// Whether the clients of its streams may publish through them.
    var takesPublications: Bool { get }

    /// Whether a POST asks for the same as a GET, with a form or JSON as its query.
    var takesForms: Bool { get }

    /// Whether its streams are answered at once, so that the topics that they listen to cost nothing afterwards.
    var isMomentary: Bool { get }

    /// The cursor in a header field that only this transport knows; it outranks the query's. `nil` if there is none.
    func cursor(in headers: HTTPHeaders) -> String?

    /// Refuses what the head alone shows to be wrong.
    func check(_ request: StreamRequest) throws(StreamRefusal)

    /// Answers a GET with a stream, which ends when the client leaves or the hub ends it.
    func open(_ request: StreamRequest, _ exchange: any StreamExchange)

    /// What a GET is answered with when the client is turned away for now; `nil` if a refusal will do.

    /// - Parameter retry: After how long the client should come back, in milliseconds.
    func farewell(_ request: StreamRequest, _ reason: CloseReason, retry: Int32) -> StreamFarewell?

    /// Answers a HEAD: what GET would, without a body, and without a subscription.
    func describe(_ request: StreamRequest, _ exchange: any StreamExchange)
}

extension StreamEndpoint {
    /// A stream has one direction.
    public var takesPublications: Bool { false }

    /// A WebSocket and a frame begin with a GET only.
    public var takesForms: Bool { false }

    /// A stream lasts.
    public var isMomentary: Bool { false }

    /// There is none.
    public func cursor(in headers: HTTPHeaders) -> String? { nil }

    /// What all transports have in common is enough.
    public func check(_ request: StreamRequest) throws(StreamRefusal) {}

    /// A refusal will do.
    public func farewell(_ request: StreamRequest, _ reason: CloseReason, retry: Int32) -> StreamFarewell? { nil }
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
