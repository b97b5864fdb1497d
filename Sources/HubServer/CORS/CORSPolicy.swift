import ByteStrings
import HubTransports
import NIOHTTP1

/// Which pages of other origins may use the hub, and what their browsers are told (WHATWG Fetch, 3.2).
public struct CORSPolicy: Sendable {
    /// The header fields that a page may send: what publishing and resuming need, and what tracing libraries add to every
    /// request of a page (W3C Trace Context and Baggage).
    static let requestFields = [
        "Authorization", "Cache-Control", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID",
        "traceparent", "tracestate", "baggage", "sentry-trace",
    ]
    /// The header fields of answers that a page may read.
    static let answerFields = "ETag, Hub-Poll-After, Hub-Replay, Retry-After"
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

    /// Whether a page of an origin may read answers.
    func allows(_ origin: ByteString) -> Bool {
        self.allowsAll || self.origins.contains(origin.lowercasedASCII)
    }

    /// Whether a page may hold the hub in a frame: its origin is the one that the request was sent to, or an allowed one.
    public func allowsFrame(of origin: String, host: String?) -> Bool {
        let origin = ByteString(origin)
        return self.allows(origin) || self.isOwn(origin, host: host.map { ByteString($0) })
    }

    /// Whether a request may write: its origin is the hub's own, an allowed one, or not said at all.
    func mayWrite(_ headers: HTTPHeaders) -> Bool {
        guard let origin = headers.field("Origin") else { return true }
        return self.allows(origin) || self.isOwn(origin, host: headers.field("Host"))
    }

    /// The header fields that every answer to a request carries.
    func fields(for headers: HTTPHeaders) -> HTTPHeaders {
        guard self.allowsAll || !self.origins.isEmpty else { return HTTPHeaders() }
        var fields = HTTPHeaders()
        if !self.allowsAll { fields.add(name: "Vary", value: "Origin") }
        guard let origin = headers.field("Origin"), self.allows(origin) else { return fields }
        if self.origins.contains(origin.lowercasedASCII) {
            fields.add(name: "Access-Control-Allow-Origin", value: origin.string)
            // Named origins may use cookies: load balancers keep a session on one member with them. Every page can make a frame
            // whose origin is null.
            if origin != Self.opaque { fields.add(name: "Access-Control-Allow-Credentials", value: "true") }
        } else {
            fields.add(name: "Access-Control-Allow-Origin", value: "*")
        }
        fields.add(name: "Access-Control-Expose-Headers", value: Self.answerFields)
        return fields
    }

    /// The header fields that a preflight's answer adds.
    func preflightFields(allowed: String) -> HTTPHeaders {
        [
            "Access-Control-Allow-Methods": allowed,
            "Access-Control-Allow-Headers": self.allowedFields,
            "Access-Control-Max-Age": String(Self.maximumAge),
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
