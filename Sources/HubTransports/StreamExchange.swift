public import NIOCore
public import NIOHTTP1

/// A request whose answer is a stream: what a transport needs of the HTTP server. Used only on the channel's loop.
public protocol StreamExchange: AnyObject {
    /// The connection.
    var channel: any Channel { get }

    /// The request's version of HTTP, which decides how the answer is framed.
    var version: HTTPVersion { get }

    /// Header fields that every answer to this request carries (CORS, say); a transport adds its own to them.
    var commonHeaders: HTTPHeaders { get }

    /// Lets go of HTTP and leaves the rest of the connection to the transport: from now on the channel takes plain bytes
    /// (`ByteBuffer`), chunk framing included. What the client still sends is discarded.
    /// - Returns: The head, to be written before anything else, and best together with it; `nil` if the connection is gone.
    func begin(_ head: HTTPResponseHead) -> ByteBuffer?

    /// Writes the head of an answer that switches to another protocol (RFC 9110, 15.2.2), lets go of HTTP, and gives what
    /// the client sends from now on to these handlers, as plain bytes. The head is not flushed.
    func upgrade(_ head: HTTPResponseHead, to handlers: [any ChannelHandler])

    /// Answers in full instead of beginning a stream, and keeps the connection if HTTP allows it.
    func respond(_ head: HTTPResponseHead, body: ByteBuffer?)

    /// Answers that the request is not served.
    func refuse(_ refusal: StreamRefusal)

    /// Whether the client sends nothing more, though it may still read: it gets its answer, and a stream ends where it began.
    var hasInputEnded: Bool { get }

    /// Is called once, on the loop, when the client sends nothing more: it has not been answered yet, or a stream sets this once it
    /// has begun, and then ends the connection itself.
    var onInputEnd: (() -> Void)? { get set }

    /// Is called once, on the loop, when the connection is gone; before its descriptor can be used again.
    var onClose: (() -> Void)? { get set }
}

/// A stream that says at once why it ends: what a client gets that can't make anything of a refusal.
public struct StreamFarewell: Sendable {
    /// The header fields.
    public let headers: HTTPHeaders
    /// The whole body.
    public let body: ByteBuffer
}

/// When a client that was told to leave comes back, so that a fleet does not move in step.
enum CloseRetry {
    private static let milliseconds: ClosedRange<Int32> = 500...5000

    /// In milliseconds.
    static func random() -> Int32 { .random(in: self.milliseconds) }
}
