import ByteStrings
import HTTPTypes
import HTTPWire
import HubTransports

/// Which pages of other origins may use the hub, and what their browsers are told (WHATWG Fetch, 3.2).
public struct CORSPolicy: Sendable {
    /// The header fields that a page may send: what publishing and resuming need, and what tracing libraries add to every
    /// request of a page (W3C Trace Context and Baggage).
    static let requestFields = [
        "Authorization", "Cache-Control", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID",
        "traceparent", "tracestate", "baggage", "sentry-trace",
    ]
    /// The header fields of responses that a page may read.
    static let responseFields = "ETag, Hub-Poll-After, Hub-Replay, Retry-After"
    /// How long a browser may remember a preflight, in seconds: the longest that Chromium does.
    static let maximumAge = 7200

    private let origins: Set<ByteString>
    private let allowsAll: Bool
    private let allowedFields: String
    private var trustsAnyOwnName = true

    /// Makes a policy.
    /// - Parameters:
    ///   - origins: Origins such as `https://example.org`, or `*` for every one.
    ///   - requestFields: The names of further header fields that a page may send.
    public init(origins: [String] = [], requestFields: [String] = []) {
        let origins = origins.map { ByteString($0).lowercasedASCII }
        self.allowsAll = origins.contains("*")
        self.origins = Set(origins.filter { $0 != "*" })
        self.allowedFields = (Self.requestFields + requestFields).joined(separator: ", ")
    }

    /// Whether a text is an origin as browsers send it, or `*`: that of a page on the web, of an app or an extension, which has a
    /// scheme of its own, or of a file, which is `null` or `file://`.
    public static func accepts(_ origin: String) -> Bool {
        let origin = ByteString(origin).lowercasedASCII
        return origin == "*" || origin == Self.opaque || origin == "file://"
            || (Origin(origin) != nil && !origin.contains(UInt8(ascii: "*")))
    }

    /// Whether a text is the name of a header field that may be allowed one by one (RFC 9110, 5.6.2). An asterisk stands for all
    /// fields to some browsers and for itself to others.
    public static func accepts(requestField name: String) -> Bool {
        let name = ByteString(name)
        return (1...128).contains(name.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "!#$%&'+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// The policy of a hub that needs no key because only this machine can reach it. Whoever owns a name can let it
    /// point to loopback, and then pages of that name reach the hub as their own origin (DNS rebinding): only names
    /// that nobody else can own count.
    var guardingLoopback: CORSPolicy {
        var policy = self
        policy.trustsAnyOwnName = false
        return policy
    }

    /// Whether a page of an origin may read responses.
    func allows(_ origin: ByteString) -> Bool {
        self.allowsAll || self.origins.contains(origin.lowercasedASCII)
    }

    /// Whether a page may hold the hub in a frame: its origin is the one that the request was sent to, or an allowed one.
    public func allowsFrame(of origin: String, host: String?) -> Bool {
        let origin = ByteString(origin)
        return self.allows(origin) || self.isOwn(origin, host: host.map { ByteString($0) })
    }

    /// Whether a request may write: its origin is the hub's own, an allowed one, or not said at all.
    /// - Parameters:
    ///   - fields: Its fields.
    ///   - authority: What its client calls the hub.
    func mayWrite(_ fields: HTTPFields, to authority: String?) -> Bool {
        guard let origin = fields.field(.origin) else { return true }
        return self.allows(origin) || self.isOwn(origin, host: authority.map { ByteString($0) })
    }

    /// Whether what a request's cookies say is said by a page that is trusted: one of the hub's own origin, or of an origin that was
    /// named. `*` names none, and whose page has the origin `null` nobody knows.
    func countsCookies(of fields: HTTPFields, to authority: String?) -> Bool {
        if let origin = fields.field(.origin) { return self.trusts(origin, authority) }
        switch fields.field(.secFetchSite) {
        case nil, "same-origin", "none": return true
        // A frame, say: what holds it is told by the address alone.
        default: return fields.field(.referer).map { self.trusts($0.urlOrigin, authority) } ?? false
        }
    }

    private func trusts(_ origin: ByteString, _ authority: String?) -> Bool {
        guard origin != Self.opaque else { return false }
        return self.origins.contains(origin.lowercasedASCII)
            || self.isOwn(origin, host: authority.map { ByteString($0) })
    }

    /// The header fields that every response to a request carries.
    func fields(for request: HTTPFields) -> HTTPFields {
        guard self.allowsAll || !self.origins.isEmpty else { return HTTPFields() }
        var fields = HTTPFields()
        if !self.allowsAll { fields[.vary] = "Origin" }
        guard let origin = request.field(.origin), self.allows(origin) else { return fields }
        if self.origins.contains(origin.lowercasedASCII) {
            fields[.accessControlAllowOrigin] = origin.string
            // Named origins may use cookies: load balancers keep a session on one member with them. Every page can make a frame
            // whose origin is null.
            if origin != Self.opaque { fields[.accessControlAllowCredentials] = "true" }
        } else {
            fields[.accessControlAllowOrigin] = "*"
        }
        fields[.accessControlExposeHeaders] = Self.responseFields
        return fields
    }

    /// The header fields that the response to a preflight adds.
    func preflightFields(allowed: String) -> HTTPFields {
        [
            .accessControlAllowMethods: allowed,
            .accessControlAllowHeaders: self.allowedFields,
            .accessControlMaxAge: String(Self.maximumAge),
        ]
    }

    /// Whether a request comes from a page of the hub's own origin.
    func isOwn(_ origin: ByteString, host: ByteString?) -> Bool {
        guard let origin = Origin(origin), origin.isHost(host) else { return false }
        return self.trustsAnyOwnName || Loopback.contains(origin.host) || origin.host.hasSuffix(".localhost")
    }

    /// What a browser says of pages whose origin is none that others could name (RFC 6454, 6.1).
    private static let opaque: ByteString = "null"
}

extension ByteString {
    /// The scheme, host and port of an address with all three.
    fileprivate var urlOrigin: ByteString {
        let (scheme, rest) = self.cut(at: UInt8(ascii: ":"))
        guard let rest, rest.hasPrefix("//") else { return self }
        let host = rest.dropFirst(2).utf8.prefix { !"/?#".utf8.contains($0) }
        return ByteString("\(scheme)://\(Substring(host))")
    }
}
