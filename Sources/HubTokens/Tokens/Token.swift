public import ByteStrings

/// What a token says that holds.
public struct Token: Hashable, Sendable {
    /// Who it is for (`sub`).
    public let subject: ByteString?
    /// When it was issued (`iat`), in seconds since 1970.
    public let issued: Double?
    /// When its time is over (`exp`), in seconds since 1970.
    public let expires: Double?
    /// What it grants.
    public let grants: Grants
}
