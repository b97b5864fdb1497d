public import ByteStreams
public import HTTPTypes
public import NIOCore

/// What stands above HTTP: decides what becomes of each request, first by its head alone, then, once it is complete, by what
/// serves it. Called on every loop.
public protocol RequestHandler: Sendable {
    /// Whether connections are to end with their next response.
    var isDraining: Bool { get }

    /// Looks at a head.
    func admit(_ head: RequestHead, from peer: Peer) -> any AdmittedRequest

    /// Counts a response to what could not be read as a request.
    func countUnread(_ status: HTTPResponse.Status)

    /// Logs a response to something of which not even a head could be read.
    func logUnread(_ status: HTTPResponse.Status, from peer: Peer)
}

/// A request whose head was looked at. Used only on the loop of its connection.
public protocol AdmittedRequest: AnyObject {
    /// The response, if the head alone is enough to refuse the request.
    var refusal: Response? { get }

    /// What body it may have.
    var body: BodyAllowance { get }

    /// For whom its bytes are held.
    var claimant: ByteBudget.Claimant { get }

    /// What every response to it carries (CORS).
    var commonFields: HTTPFields { get }

    /// Its place in the count of its client's address, if it came through a proxy: released with the response, or when the
    /// stream ends.
    var lease: AddressLease? { get }

    /// Whether the key that was shown is a right one; `nil` if none was, or none is needed.
    var hasRightKey: Bool? { get }

    /// Its line in the log of requests; `nil` if there is no such log.
    var record: (any RequestRecord)? { get }

    /// Counts the response.
    func count(_ status: HTTPResponse.Status)

    /// Serves the request, now that it is complete: ends the exchange, at once or later.
    func serve(_ body: ByteBuffer, on exchange: any HTTPExchange)
}

/// The line of a request in a log, which is written when the request is over. Used only on the loop of its connection.
public protocol RequestRecord: AnyObject {
    /// The response was made.
    /// - Parameter bodyBytes: How long its body is; `nil` for a stream.
    func respond(_ status: HTTPResponse.Status, bodyBytes: Int?)

    /// The response was written, the stream has ended, or the client is gone.
    func end()
}
