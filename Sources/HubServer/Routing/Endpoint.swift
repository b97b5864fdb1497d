import HubCore
import HubTransports
import NIOCore
import NIOHTTP1

/// How an endpoint answers a complete request.
enum Outcome: Sendable {
    case now(HTTPAnswer)
    case later(EventLoopFuture<HTTPAnswer>)
    case stream(any StreamEndpoint, StreamRequest)
}

/// What answers the requests of one path.
protocol Endpoint: Sendable {
    /// The methods that it answers; `HEAD` comes with `GET`, `OPTIONS` always.
    var methods: [HTTPMethod] { get }

    /// Whether a publish key is needed, if there are any.
    func needsKey(_ method: HTTPMethod) -> Bool

    /// Whether a method changes something, so that only pages of allowed origins may use it.
    func isWrite(_ method: HTTPMethod) -> Bool

    /// What body a request of a method may have.
    func body(_ method: HTTPMethod) -> BodyAllowance

    /// Whether a publish key is of use, even if none is needed.
    func takesKey(_ method: HTTPMethod) -> Bool

    /// Whether it opens a stream, which overload and draining turn away.
    var isStream: Bool { get }

    /// Whether it is answered even when the server is full, for those who watch it.
    var isAlwaysAnswered: Bool { get }

    /// Refuses what the head alone shows to be wrong, before the body is read; may note in the request what it has read.
    func check(_ request: inout AdmittedRequest) throws(Problem)

    /// What a client is answered with that is turned away for now; `nil` if a refusal will do.
    /// - Parameter retry: After how long the client should come back, in milliseconds.
    func farewell(to request: AdmittedRequest, _ reason: CloseReason, retry: Int32) -> HTTPAnswer?

    /// Answers a request.
    func answer(_ request: AdmittedRequest, body: ByteBuffer) throws(Problem) -> Outcome
}

extension Endpoint {
    var methods: [HTTPMethod] { [.GET] }
    var isStream: Bool { false }
    var isAlwaysAnswered: Bool { false }

    func needsKey(_ method: HTTPMethod) -> Bool { false }
    func isWrite(_ method: HTTPMethod) -> Bool { method != .GET && method != .HEAD }
    func body(_ method: HTTPMethod) -> BodyAllowance { .none }
    func takesKey(_ method: HTTPMethod) -> Bool { self.needsKey(method) }
    func check(_ request: inout AdmittedRequest) throws(Problem) {}
    func farewell(to request: AdmittedRequest, _ reason: CloseReason, retry: Int32) -> HTTPAnswer? { nil }
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
        if methods.contains(.GET) { methods.insert(.HEAD, at: 1) }
        return (methods + [.OPTIONS]).map(\.rawValue).joined(separator: ", ")
    }

    func allows(_ method: HTTPMethod) -> Bool {
        self.endpoint.methods.contains(method == .HEAD ? .GET : method)
    }
}
