/// Why a token does not hold.
public enum TokenFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is no token, for a reason told in a few words.
    case malformed(String)
    /// Its algorithm is none that its key is for.
    case algorithm
    /// No key has its name.
    case unknownKey
    /// No key has signed it.
    case signature
    /// Its time is over.
    case expired
    /// It does not say when its time is over.
    case endless
    /// Its time has not begun.
    case early
    /// It is of another issuer.
    case issuer
    /// It is for somebody else.
    case audience
    /// What it grants can't be read, for a reason told in a few words.
    case grants(String)
    /// Its subject's tokens were revoked after it was issued.
    case revoked

    /// The kinds of faults, as metrics and the log name them.
    public enum Reason: String, CaseIterable, Sendable {
        /// Each stands for the fault of the same name.
        case malformed, algorithm, signature, expired, endless, early, issuer, audience, grants, revoked
        case unknownKey = "unknown_key"
    }

    /// Of which kind it is.
    public var reason: Reason {
        switch self {
        case .malformed: .malformed
        case .algorithm: .algorithm
        case .unknownKey: .unknownKey
        case .signature: .signature
        case .expired: .expired
        case .endless: .endless
        case .early: .early
        case .issuer: .issuer
        case .audience: .audience
        case .grants: .grants
        case .revoked: .revoked
        }
    }

    /// One line for the person who shows it. It holds nothing of the token.
    public var description: String {
        switch self {
        case .malformed(let what): "the token is malformed: \(what)"
        case .algorithm: "the token's algorithm is not that of its key"
        case .unknownKey: "the token names a key that is not known here"
        case .signature: "the token's signature does not hold"
        case .expired: "the token has expired"
        case .endless: "the token does not say when it expires (exp)"
        case .early: "the token is not valid yet (nbf, iat)"
        case .issuer: "the token is of another issuer (iss)"
        case .audience: "the token is for another audience (aud)"
        case .grants(let what): "what the token grants can't be read: \(what)"
        case .revoked: "the token was revoked"
        }
    }
}
