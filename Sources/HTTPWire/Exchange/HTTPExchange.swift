public import ByteStreams
public import HTTPTypes
public import NIOCore

/// A request that waits for its response, whatever version of HTTP brought it. Used only on its loop.
///
/// Exactly one of `respond`, `stream` and `upgrade` ends it; what comes after that does nothing.
public protocol HTTPExchange: AnyObject {
    /// The loop of the connection.
    var eventLoop: any EventLoop { get }

    /// Whether the response is sent without its body (RFC 9110, 9.3.2).
    var omitsBody: Bool { get }

    /// How the body of a stream is framed, if the stream leaves it to the exchange.
    var framing: BodyFraming { get }

    /// Whether the connection can switch to another protocol.
    var canUpgrade: Bool { get }

    /// Whether more has come than the request. Whoever is to speak another protocol must wait for the response first (RFC 6455,
    /// 4.1): what came before it would be lost.
    var hasMoreInput: Bool { get }

    /// Fields that every response to this request carries (CORS, say). Streams add them to their own.
    var commonFields: HTTPFields { get }

    /// Whether the client sends nothing more, though it may still read: it gets its response, and a stream ends where it began.
    var hasInputEnded: Bool { get }

    /// Names who is told what becomes of the client: nobody is any more once `respond` was called.
    func observe(_ observer: any ExchangeObserver)

    /// Responds in full, and keeps the connection if HTTP allows it.
    func respond(_ response: Response)

    /// Begins a response that is a stream. What the client still sends is discarded.
    /// - Parameters:
    ///   - fields: Its fields, without what says how the body is framed; the status is 200.
    ///   - framing: How it is framed: as the exchange says, or plain.
    ///   - first: The first bytes of the body, framed already, which go with the head.
    /// - Returns: Takes the rest of the body, framed too; `nil` if the connection is gone.
    func stream(_ fields: HTTPFields, _ framing: BodyFraming, first: ByteBuffer) -> (any StreamSink)?

    /// Switches to another protocol (RFC 9110, 15.2.2).
    /// - Parameters:
    ///   - fields: The fields of the response, whose status is 101, and which stays unsent until the sink is begun with.
    ///   - handlers: Get what the client sends from now on, as plain bytes.
    /// - Returns: Takes plain bytes; `nil` if the connection is gone.
    func upgrade(_ fields: HTTPFields, to handlers: [any ChannelHandler]) -> ConnectionSink?
}

extension HTTPExchange {
    /// Refuses the request.
    public func refuse(_ problem: Problem) {
        self.respond(problem.response)
    }
}

/// Is told what becomes of the client of an exchange. Called on its loop.
public protocol ExchangeObserver: StreamSinkObserver {
    /// The client sends nothing more, though it may still read. A stream that has begun ends the connection itself.
    func inputEnded()

    /// The connection is gone, and its descriptor may soon be another's.
    func connectionClosed()
}
