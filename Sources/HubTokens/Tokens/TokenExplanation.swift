public import ByteStrings

/// What a token says and what is wrong with it, for people who ask why it does not hold. Nothing may be granted by it.
public struct TokenExplanation: Sendable {
    /// Whether a key has signed it.
    public enum Signature: String, Sendable {
        /// There was no key to check it by.
        case unchecked = "not checked"
        /// A key has.
        case holds
        /// No key has.
        case fails = "does not hold"
    }

    /// How it was signed, as it says.
    public let algorithm: TokenAlgorithm
    /// The name of the key that has signed it, if it says so (`kid`).
    public let keyID: ByteString?
    /// Who it is for (`sub`).
    public let subject: ByteString?
    /// Who has issued it (`iss`).
    public let issuer: ByteString?
    /// Whom it is to be shown to (`aud`).
    public let audiences: [ByteString]
    /// When it was issued (`iat`), in seconds since 1970.
    public let issued: Double?
    /// When its time begins (`nbf`), in seconds since 1970.
    public let begins: Double?
    /// When its time is over (`exp`), in seconds since 1970.
    public let expires: Double?
    /// What it grants, as far as that can be read.
    public let grants: Grants
    /// Whether a key has signed it.
    public let signature: Signature
    /// What is wrong with it: with its signature first, then with what it says. Nothing, if it holds as far as was checked.
    public let faults: [TokenFault]

    init(_ token: CompactToken, _ claims: TokenClaims, _ signature: Signature, _ faults: [TokenFault]) {
        self.algorithm = token.algorithm
        self.keyID = token.keyID
        self.subject = claims.subject
        self.issuer = claims.issuer
        self.audiences = claims.audiences
        self.issued = claims.issued
        self.begins = claims.begins
        self.expires = claims.expires
        self.grants = claims.grants
        self.signature = signature
        self.faults = faults
    }
}
