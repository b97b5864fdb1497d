/// How a token may be signed (RFC 7518, 3.1; RFC 8037, 3.1). `none` is not among them.
public enum TokenAlgorithm: String, CaseIterable, Sendable {
    /// HMAC with SHA-256.
    case hs256 = "HS256"
    /// HMAC with SHA-384.
    case hs384 = "HS384"
    /// HMAC with SHA-512.
    case hs512 = "HS512"
    /// RSA (PKCS #1 v1.5) with SHA-256.
    case rs256 = "RS256"
    /// RSA (PKCS #1 v1.5) with SHA-384.
    case rs384 = "RS384"
    /// RSA (PKCS #1 v1.5) with SHA-512.
    case rs512 = "RS512"
    /// RSA (PSS) with SHA-256.
    case ps256 = "PS256"
    /// RSA (PSS) with SHA-384.
    case ps384 = "PS384"
    /// RSA (PSS) with SHA-512.
    case ps512 = "PS512"
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"
    /// ECDSA on P-384 with SHA-384.
    case es384 = "ES384"
    /// Ed25519.
    case edDSA = "EdDSA"

    /// The fewest bytes of a shared secret: as many as the hash has (RFC 7518, 3.2); `nil` where there is none.
    var secretBytes: Int? {
        switch self {
        case .hs256: 32
        case .hs384: 48
        case .hs512: 64
        default: nil
        }
    }
}
