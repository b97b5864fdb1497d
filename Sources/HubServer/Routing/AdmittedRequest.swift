import ByteStrings
import HubCore
import HubTransports
import NIOHTTP1

/// A request whose head is in order: who asks for what.
struct AdmittedRequest: Sendable {
    var route: Route?
    var method = HTTPMethod.GET
    var path: ByteString = ""
    var query = QueryItems()
    var headers = HTTPHeaders()
    /// Whether a body follows, or may follow.
    var announcesBody = false
    /// What body it may have.
    var body = BodyAllowance.none
    /// For whom bytes are held: whoever may publish or watches the hub finds room when strangers have filled theirs.
    var claimant = ByteBudget.Claimant.stranger
    /// What every answer to the request carries (CORS).
    var commonHeaders = HTTPHeaders()
    /// What a subscribing request asks for, once its head has been checked.
    var stream: StreamRequest?
    /// The request's place in the count of its client's address, if it came through a proxy.
    var lease: AddressLease?

    /// Who asks, behind a proxy too; known if a key was shown.
    var client: ClientAddress?
    /// Whether the key that was shown is a right one; `nil` if none was, or none is needed.
    var hasRightKey: Bool?

    /// Whether a browser's own EventSource asks: it sends both of these, and libraries do not.
    var isBrowserEventSource: Bool {
        guard self.method == .GET, self.headers.contains(name: "Sec-Fetch-Mode"),
            !self.headers.contains(name: "Upgrade")
        else { return false }
        return self.headers.list("Cache-Control")?.contains { $0.equalsIgnoringCase("no-cache") } ?? false
    }

    /// Lets go of what was asked: whoever answers has it.
    mutating func forgetHead() {
        self.path = ""
        self.query = QueryItems()
        self.headers = HTTPHeaders()
        self.stream = nil
    }
}

extension AdmittedRequest {
    /// Refuses a body that would have to be decoded first (RFC 9110, 8.4): a few bytes can hold a great many.
    func checkContentCoding() throws(Problem) {
        guard let codings = self.headers.list("Content-Encoding"),
            codings.allSatisfy({ $0.equalsIgnoringCase("identity") })
        else {
            throw Problem(
                .unsupportedMediaType, "the body must come without a content coding",
                headers: ["Accept-Encoding": "identity"])
        }
    }
}
