public import ByteStrings

/// What a token must say besides who has signed it.
public struct TokenRules: Hashable, Sendable {
    /// The issuers of whom one must have issued it (`iss`); none to take any.
    public var issuers: [ByteString] = []
    /// The audiences of which it must name one (`aud`); none to take any.
    public var audiences: [ByteString] = []
    /// The claim with what it grants.
    public var claim: ByteString = "hub"
    /// By how many seconds clocks may differ.
    public var leeway = 5.0
    /// Whether it may do without an end (`exp`).
    public var mayBeEndless = false

    /// Makes the rules that count by default.
    public init() {}
}
