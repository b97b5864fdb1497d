import NIOHTTP1

/// Which pages of other origins may use the hub, and what their browsers are told (WHATWG Fetch, 3.2).
public struct CORSPolicy: Sendable {
    /// The header fields that a page may send: what publishing and resuming need.
    static let requestFields =
        "Authorization, Cache-Control, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID"
    /// The header fields of answers that a page may read.
    static let answerFields = "ETag, Hub-Poll-After, Hub-Replay, Retry-After"
    /// How long a browser may remember a preflight, in seconds: the longest that Chromium does.
    static let maximumAge = 7200

    private let origins: Set<String>
    private let allowsAll: Bool
    private var trustsAnyOwnName = true

    /// Makes a policy.
    /// - Parameter origins: Origins such as `https://example.org`, or `*` for every one.
    public init(origins: [String] = []) {
        self.allowsAll = origins.contains("*")
        self.origins = Set(origins.filter { $0 != "*" }.map { $0.lowercased() })
    }

    /// Whether a text is an origin as browsers send it, or `*`.
    public static func accepts(_ origin: String) -> Bool {
        origin == "*" || (Origin(origin) != nil && !origin.contains("*"))
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
    func allows(_ origin: String) -> Bool {
        self.allowsAll || self.origins.contains(origin.lowercased())
    }

    /// Whether a page may hold the hub in a frame: its origin is the one that the request was sent to, or an allowed one.
    public func allowsFrame(of origin: String, host: String?) -> Bool {
        self.allows(origin) || self.isOwn(origin, host: host)
    }

    /// Whether a request may write: its origin is the hub's own, an allowed one, or not said at all.
    func mayWrite(_ headers: HTTPHeaders) -> Bool {
        guard let origin = headers.first(name: "Origin") else { return true }
        return self.allows(origin) || self.isOwn(origin, host: headers.first(name: "Host"))
    }

    /// The header fields that every answer to a request carries.
    func fields(for headers: HTTPHeaders) -> HTTPHeaders {
        guard self.allowsAll || !self.origins.isEmpty else { return HTTPHeaders() }
        var fields = HTTPHeaders()
        if !self.allowsAll { fields.add(name: "Vary", value: "Origin") }
        guard let origin = headers.first(name: "Origin"), self.allows(origin) else { return fields }
        if self.origins.contains(origin.lowercased()) {
            fields.add(name: "Access-Control-Allow-Origin", value: origin)
            // Named origins may use cookies: load balancers keep a session on one member with them.
            fields.add(name: "Access-Control-Allow-Credentials", value: "true")
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
            "Access-Control-Allow-Headers": Self.requestFields,
            "Access-Control-Max-Age": String(Self.maximumAge),
        ]
    }

    /// Whether a request comes from a page of the hub's own origin.
    func isOwn(_ origin: String, host: String?) -> Bool {
        guard let origin = Origin(origin), origin.isHost(host) else { return false }
        return self.trustsAnyOwnName || Loopback.contains(origin.host) || origin.host.hasSuffix(".localhost")
    }
}
