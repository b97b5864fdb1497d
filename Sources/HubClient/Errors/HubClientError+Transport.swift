import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

extension HubClientError {
    /// What a failure of the connection means to the caller: was the request sent, or was it not?
    /// - Parameters:
    ///   - error: What the HTTP client threw before the head of an answer was there.
    ///   - endpoint: The hub that was spoken to.
    init(transport error: any Error, to endpoint: HubEndpoint) {
        switch error {
        case let error as HubClientError: self = error
        case is CancellationError: self = .cancelledByCaller
        case let error as HTTPClientError where error == .cancelled: self = .cancelledByCaller
        case let error as NIOConnectionError:
            self.init(.unreachable, "cannot reach \(endpoint): \(Self.cause(of: error))")
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            self.init(.unreachable, "cannot reach \(endpoint): \(Self.cause(ofTLS: error))")
        case let error as HTTPClientError where Self.beforeSending.contains(error):
            self.init(.unreachable, "cannot reach \(endpoint): \(error.shortDescription)")
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            self.init(.outcomeUnknown, "\(endpoint) did not answer in time")
        case let error as HTTPClientError where error == .alreadyShutdown:
            self.init(.invalidArgument, "the client was shut down")
        case let error as HTTPClientError where error.description.contains("invalidHeaderField"):
            self.init(.invalidArgument, "the token or the key holds characters that a header can't carry")
        case let error as IOError where Self.connectFailures.contains(error.errnoCode):
            self.init(.unreachable, "cannot reach \(endpoint): \(Self.text(error.errnoCode))")
        case let error as IOError:
            self.init(
                .outcomeUnknown, "the connection to \(endpoint) broke before the answer: \(Self.text(error.errnoCode))")
        default:
            self.init(.outcomeUnknown, "the connection to \(endpoint) broke before the answer: \(Self.oneLine(error))")
        }
    }

    /// The reading of a stream failed after its head.
    init(stream error: any Error, of endpoint: HubEndpoint) {
        switch error {
        case is CancellationError: self = .cancelledByCaller
        case let error as HTTPClientError where error == .cancelled: self = .cancelledByCaller
        case let error as HTTPClientError where error == .readTimeout:
            self.init(.streamEnded, "\(endpoint) was silent for too long")
        default: self.init(.streamEnded, "the stream from \(endpoint) broke: \(Self.oneLine(error))")
        }
    }

    /// The function that gives tokens threw.
    init(token error: any Error) {
        // What it cancels within itself is no wish of the caller's.
        self = Task.isCancelled ? .cancelledByCaller : .init(.noToken, "there is no token: \(Self.oneLine(error))")
    }

    static let cancelledByCaller = HubClientError(.cancelled, "cancelled")

    /// Errors that say that no connection was there to send the request on.
    private static let beforeSending: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout,
        .getConnectionFromPoolTimeout, .invalidURL, .emptyHost, .emptyScheme,
    ]

    /// Errors of the system that only connect(2) has.
    private static let connectFailures: [CInt] = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EADDRNOTAVAIL]

    private static func cause(of error: NIOConnectionError) -> String {
        if let first = error.connectionErrors.first {
            guard let failure = first.error as? IOError else { return Self.oneLine(first.error) }
            return Self.text(failure.errnoCode)
        }
        if error.dnsAError != nil || error.dnsAAAAError != nil { return "the name '\(error.host)' has no address" }
        return Self.oneLine(error)
    }

    /// The handshake comes before the request. The library names the cause only within a longer text.
    private static func cause(ofTLS error: any Error) -> String {
        let text = "\(error)"
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return "it does not speak TLS; perhaps its address begins with http://"
        }
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate is not trusted" }
        if text.contains("failedToValidateHostname") { return "its certificate is for another name" }
        return "TLS failed: \(Self.oneLine(error))"
    }

    private static func text(_ code: CInt) -> String { String(cString: strerror(code)) }

    private static func oneLine(_ error: any Error) -> String {
        if let error = error as? HTTPClientError { return error.shortDescription }
        return String("\(error)".prefix(200).map { $0.isNewline ? " " : $0 })
    }
}
