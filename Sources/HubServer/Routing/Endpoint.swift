import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import HubTransports
import NIOCore

/// What an endpoint does about a complete request.
indirect enum Outcome: Sendable {
    case now(Response)
    case later(EventLoopFuture<Response>)
    /// An application is asked first.
    case asked(EventLoopFuture<Outcome>)
    case stream(any StreamEndpoint, StreamRequest, Session)
}

/// What serves the requests of one path.
protocol Endpoint: Sendable {
    /// The methods that it takes; `HEAD` comes with `GET`, `OPTIONS` always.
    var methods: [HTTPRequest.Method] { get }

    /// Whether a publish key is needed, if there are any.
    func needsKey(_ method: HTTPRequest.Method) -> Bool

    /// Whether a method changes something, so that only pages of allowed origins may use it.
    func isWrite(_ method: HTTPRequest.Method) -> Bool

    /// What body a request of a method may have.
    func body(_ method: HTTPRequest.Method) -> BodyAllowance

    /// Whether a publish key is of use, even if none is needed.
    func takesKey(_ method: HTTPRequest.Method) -> Bool

    /// Whether it opens a stream, which overload and draining turn away.
    var isStream: Bool { get }

    /// Whether it is served even when the server is full, for those who watch it.
    var isAlwaysServed: Bool { get }

    /// Refuses what the head alone shows to be wrong, before the body is read; may note in the request what it has read.
    func check(_ request: inout HubRequest) throws(Problem)

    /// The response to a client that is turned away for now; `nil` if a refusal will do.
    /// - Parameter retry: After how long the client should come back, in milliseconds.
    func farewell(to request: HubRequest, _ reason: CloseReason, retry: Int32) -> Response?

    /// Serves a request.
    /// - Throws: A `Problem`, or what the door or the bus says, from which the response is made.
    func serve(_ request: HubRequest, body: ByteBuffer, in session: Session) throws -> Outcome
}

extension Endpoint {
    var methods: [HTTPRequest.Method] { [.get] }
    var isStream: Bool { false }
    var isAlwaysServed: Bool { false }

    func needsKey(_ method: HTTPRequest.Method) -> Bool { false }
    func isWrite(_ method: HTTPRequest.Method) -> Bool { method != .get && method != .head }
    func body(_ method: HTTPRequest.Method) -> BodyAllowance { .none }
    func takesKey(_ method: HTTPRequest.Method) -> Bool { self.needsKey(method) }
    func check(_ request: inout HubRequest) throws(Problem) {}
    func farewell(to request: HubRequest, _ reason: CloseReason, retry: Int32) -> Response? { nil }
}

/// A path, its name in metrics, and what answers it.
struct Route: Sendable {
    let path: String
    /// A short name for metrics, one of a fixed few.
    let name: String
    let endpoint: any Endpoint

    /// The methods as an `Allow` field lists them (RFC 9110, 10.2.1).
    var allowed: String {
        var methods = self.endpoint.methods
        if methods.contains(.get) { methods.insert(.head, at: 1) }
        return (methods + [.options]).map(\.rawValue).joined(separator: ", ")
    }

    func allows(_ method: HTTPRequest.Method) -> Bool {
        self.endpoint.methods.contains(method == .head ? .get : method)
    }
}
