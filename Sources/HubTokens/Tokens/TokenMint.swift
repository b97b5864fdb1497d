public import ByteStrings

/// Makes tokens.
public struct TokenMint: Sendable {
    private let key: TokenKey

    /// Makes a mint.
    /// - Parameter key: A shared secret or a private key.
    public init(_ key: TokenKey) {
        self.key = key
    }

    /// Makes a token.
    /// - Parameter claims: What it says, a JSON object.
    /// - Throws: `InvalidKey` if the key can't sign.
    public func token(claims: ByteString) throws(InvalidKey) -> String {
        var header = JSONText(escapesMarkup: false)
        header.object { header in
            header.member("alg", self.key.algorithm.rawValue)
            header.member("typ", "JWT")
            if let id = self.key.id { header.member("kid", id.string) }
        }
        let input = Base64URL.encode(header.bytes) + "." + Base64URL.encode(Array(claims.utf8))
        return input + "." + Base64URL.encode(try self.key.sign(Array(input.utf8)))
    }
}
