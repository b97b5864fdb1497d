import AsyncHTTPClient
import NIOCore

/// The settings of a ``HubClient``.
public struct HubClientConfiguration: Sendable {
    /// The hubs' addresses, `http://HOST[:PORT][/PREFIX]` or `https://…`. With several, a failure moves on to the next.
    public var urls: [String]
    /// What hubs may ask for: it is sent as `Authorization: Bearer TOKEN`, to the hubs of ``urls`` and nowhere else, since no
    /// redirection is followed.
    public var token: HubToken?
    /// How long a connection may take to be made.
    public var connectTimeout: Duration = .seconds(5)
    /// How long a hub may take to begin with an answer or a stream, and then with the rest of the answer.
    public var requestTimeout: Duration = .seconds(15)
    /// How long a stream may be silent. The hub sends a heartbeat every 15 s or so, hence a silent stream is a dead one.
    public var silenceTimeout: Duration = .seconds(45)
    /// How long to wait before a stream is opened again.
    public var backoff = ReconnectBackoff()
    /// The most bytes that one event of a stream may have, as it is sent. A stream that exceeds it ends with an error.
    public var maximumEventByteCount = 64 << 20
    /// The most bytes that an answer other than a stream may have.
    public var maximumAnswerByteCount = 64 << 20
    /// What the client calls itself in `User-Agent`.
    public var userAgent = "comethub-swift/\(HubClientRelease.version)"

    /// Makes settings with the defaults.
    /// - Parameters:
    ///   - urls: The hubs' addresses; see ``urls``.
    ///   - token: See ``token``.
    public init(urls: [String] = ["http://127.0.0.1:8080"], token: HubToken? = nil) {
        self.urls = urls
        self.token = token
    }

    /// The same settings, as the HTTP client takes them.
    var http: HTTPClient.Configuration {
        var http = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .init(self.connectTimeout), read: .init(self.silenceTimeout)))
        // Every stream holds a connection: the default of 8 for each host would let the ninth wait for ever.
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1 << 20
        // A refused connection is this library's to judge: it may have another hub to try.
        http.connectionPool.retryConnectionEstablishment = false
        http.connectionPool.idleTimeout = .seconds(20)
        http.httpVersion = .http1Only
        return http
    }
}

/// Which release of the library this is.
public enum HubClientRelease {
    /// The version, by the rules of semantic versioning.
    public static let version = "0.2.0"
}
