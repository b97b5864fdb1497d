import ByteStrings
import Crypto
import Foundation
import HubTokens

/// Tokens for the streams of a row, and the key that a hub knows them by.
struct SignedTokens {
    /// As PEM.
    let publicKey: String
    /// Each of a subject of its own.
    let texts: [String]

    /// Signs so many with a new key (ES256).
    init(_ count: Int) async throws {
        let key = P256.Signing.PrivateKey()
        self.publicKey = key.publicKey.pemRepresentation
        let mint = TokenMint(try await TokenKey(.es256, id: nil, text: key.pemRepresentation))
        let expires = Int(Date().timeIntervalSince1970) + 86_400
        self.texts = try (0..<count).map { number in
            try mint.token(
                claims: ByteString(#"{"sub":"user-\#(number)","exp":\#(expires),"hub":{"subscribe":["*"]}}"#))
        }
    }
}
