public import ByteStrings
public import HubTokens

/// Who asks. What they may do is looked at each time, since a key can be withdrawn while a stream lasts.
public enum Principal: Sendable {
    /// The hub itself.
    case hub
    /// Somebody who has shown a key.
    case keyHolder(KeyProof)
    /// Somebody who has shown a token.
    case bearer(Token)
    /// Somebody who has shown nothing that counts.
    case stranger

    /// Whom a token that was shown is for.
    public var subject: ByteString? { self.token?.subject }

    /// The token that was shown.
    var token: Token? { if case .bearer(let token) = self { token } else { nil } }
}
