import ByteStrings
import NIOSSL
import Synchronization

/// Counts how handshakes ended.
public final class TLSCounters: Sendable {
    /// How one ended.
    public enum Outcome: String, CaseIterable, Sendable {
        /// Well.
        case completed
        /// The client left, or took too long.
        case abandoned
        /// The client did not speak TLS.
        case notTLS = "not_tls"
        /// The client speaks no version or cipher that the server does.
        case incompatible
        /// The client did not show a certificate that counts.
        case clientCertificate = "client_certificate"
        /// The client did not like what it was shown: it does not trust the certificate, say.
        case refused
        /// It was broken in another way.
        case malformed
    }

    private let counts = Mutex<[Outcome: Int]>([:])

    /// Nothing has happened yet.
    public init() {}

    /// Counts one.
    func count(_ outcome: Outcome) { self.counts.withLock { $0[outcome, default: 0] += 1 } }

    /// The counts so far.
    public var all: [Outcome: Int] { self.counts.withLock { $0 } }
}

extension TLSCounters.Outcome {
    /// The names that BoringSSL gives to what goes wrong are told in the text of its errors alone.
    init(_ error: any Error) {
        let text = ByteString("\(error)")
        let kinds: [(ByteString, Self)] = [
            ("HTTP_REQUEST", .notTLS), ("HTTPS_PROXY_REQUEST", .notTLS), ("WRONG_VERSION_NUMBER", .notTLS),
            ("UNSUPPORTED_PROTOCOL", .incompatible), ("NO_SHARED_CIPHER", .incompatible),
            ("NO_COMMON", .incompatible), ("NO_SHARED_GROUP", .incompatible),
            ("PEER_DID_NOT_RETURN", .clientCertificate), ("CERTIFICATE_VERIFY_FAILED", .clientCertificate),
            ("_ALERT_", .refused),
            // A client of TLS 1.3 that gives up says so before it encrypts what it says.
            ("DECRYPTION_FAILED", .refused), ("EOF during handshake", .abandoned), ("uncleanShutdown", .abandoned),
        ]
        self = kinds.first { text.contains($0.0) }?.1 ?? .malformed
    }
}
