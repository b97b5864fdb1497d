import ByteStreams
import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import HubHooks
import HubTransports
import NIOCore

/// A request whose head is in order: who asks for what.
struct HubRequest: Sendable {
    var route: Route?
    var method = HTTPRequest.Method.get
    var path: ByteString = ""
    var query = QueryItems()
    /// The token that came in the query, which holds it no longer: what is kept of a request may be told.
    var queryToken: ByteString?
    var fields = HTTPFields()
    /// What the client calls the server: a host, and maybe a port.
    var authority: String?
    /// Whether a body follows, or may follow.
    var announcesBody = false
    /// What body it may have.
    var body = BodyAllowance.none
    /// For whom bytes are held: whoever may publish or watches the hub finds room when strangers have filled theirs.
    var claimant = ByteBudget.Claimant.stranger
    /// What every response to the request carries (CORS).
    var commonFields = HTTPFields()
    /// What a subscribing request asks for, once its head has been checked.
    var stream: StreamRequest?
    /// The request's place in the count of its client's address, if it came through a proxy.
    var lease: AddressLease?

    /// Who asks, behind a proxy too.
    var client: ClientAddress?
    /// When what was shown can be judged, if not now.
    var awaited: EventLoopFuture<Void>?
    /// Who asks, as far as that was shown.
    var principal = Principal.stranger
    /// Whether the key that was shown is a right one; `nil` if none was, or none is needed.
    var hasRightKey: Bool?

    /// Whether a browser's own EventSource asks: it sends both of these, and libraries do not.
    var isBrowserEventSource: Bool {
        guard self.method == .get, self.fields.contains(.secFetchMode), !self.fields.contains(.upgrade)
        else { return false }
        return self.fields.list(.cacheControl)?.contains { $0.equalsIgnoringCase("no-cache") } ?? false
    }

    /// Lets go of what was asked: whoever serves it has it.
    mutating func forgetHead() {
        self.path = ""
        self.query = QueryItems()
        self.queryToken = nil
        self.fields = HTTPFields()
        self.stream = nil
    }
}

extension HubRequest {
    /// Refuses a body that would have to be decoded first (RFC 9110, 8.4): a few bytes can hold a great many.
    func checkContentCoding() throws(Problem) {
        guard let codings = self.fields.list(.contentEncoding),
            codings.allSatisfy({ $0.equalsIgnoringCase("identity") })
        else {
            throw Problem(
                .unsupportedMediaType, "the body must come without a content coding",
                fields: [.acceptEncoding: "identity"])
        }
    }
}

extension HubRequest {
    /// Refuses a body that is not JSON, by its type.
    func checkIsJSON() throws(Problem) {
        try self.checkContentCoding()
        guard MediaType(self.fields.field(.contentType) ?? "").name == "application/json" else {
            throw Problem(
                .unsupportedMediaType, "the body must be application/json",
                fields: [.acceptPost: "application/json"])
        }
    }
}

extension HTTPField.Name {
    static let traceParent = Self.known("traceparent")
    /// What says which trace a request is part of (W3C Trace Context, and Baggage).
    static let traceContext = [Self.traceParent, Self.known("tracestate"), Self.known("baggage")]
}

extension HubRequest {
    /// What an application is told of whoever asks; `nil` if they have shown who they are.
    /// - Parameters:
    ///   - names: Which fields it gets, beside those of a trace.
    ///   - isTrusted: Whether it gets what a browser sends by itself too: cookies, and credentials but for tokens.
    func asker(fields names: [HTTPField.Name], isTrusted: Bool) -> Asker? {
        guard case .stranger = self.principal, let route = self.route else { return nil }
        let names = names.filter { name in
            isTrusted
                || name != .cookie && (name != .authorization || self.fields.fields(name).allSatisfy(Self.isToken))
        }
        return Asker(
            transport: route.name, client: self.client ?? .unknown, fields: names.flatMap(self.fields(named:)),
            context: HTTPField.Name.traceContext.flatMap(self.fields(named:)))
    }

    /// The fields of a name, as they came. Cookies that HTTP/2 has taken apart are one field again (RFC 9113, 8.2.3).
    private func fields(named name: HTTPField.Name) -> [(name: String, value: String)] {
        let values = self.fields[fields: name].map(\.value)
        let joined = name == .cookie && values.count > 1 ? [values.joined(separator: "; ")] : values
        return joined.map { (name: name.rawName, value: $0) }
    }

    private static func isToken(_ credentials: ByteString) -> Bool {
        credentials.cut(at: UInt8(ascii: " ")).before.equalsIgnoringCase("bearer")
    }

    /// Takes the token out of the query (RFC 6750, 2.3).
    mutating func takeQueryToken() throws(Problem) {
        self.queryToken = try self.query.one("access_token")
        if self.queryToken != nil { self.query.remove("access_token") }
    }
}
