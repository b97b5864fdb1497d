import ByteStrings
import JWTKit
import TestSupport
import Testing

@testable import HubTokens

/// Keys that come in sets.
@Suite struct TokenKeySetTests {
    @Test func keysOfEachKindAreTaken() async throws {
        for algorithm in [TokenAlgorithm.rs256, .es256, .es384, .edDSA] {
            let own = try TokenWorkshop.privateKey(algorithm)
            let signer = try await TokenKey(algorithm, id: "k", text: own)
            let json = try WebKeyJSON.publicKey(algorithm, of: own, id: "k")
            let set = try await TokenKeySet(Array(#"{"keys":[\#(json)]}"#.utf8))
            #expect(set.keys.count == 1 && set.skippedCount == 0, "\(algorithm)")
            let token = try TokenWorkshop.token(by: signer)
            #expect(throws: Never.self, "\(algorithm)") {
                try TokenVerifier().verify(token, by: TokenKeys(set.keys), now: TokenWorkshop.now)
            }
        }
    }

    @Test func whatIsForSomethingElseIsPassedOver() async throws {
        let own = try TokenWorkshop.privateKey(.es256)
        let good = try WebKeyJSON.publicKey(.es256, of: own, id: "k")
        let others = [
            #"{"kty":"oct","k":"AAAA"}"#, #"{"kty":"RSA","use":"enc","n":"AQAB","e":"AQAB"}"#, "{}",
            #"{"kty":"EC","crv":"secp256k1","alg":"ES256K","x":"AA","y":"AA"}"#,
            #"{"kty":"OKP","crv":"X25519","x":"AA"}"#,
            #"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, #"{"kty":"RSA","alg":"RSA-OAEP","n":"AQAB","e":"AQAB"}"#,
            good.replacing(#""kty""#, with: #""key_ops":["sign"],"kty""#),
            good.replacing(#""kty""#, with: #""alg":"ES384","kty""#),
        ]
        let set = try await TokenKeySet(Array(#"{"keys":[\#((others + [good]).joined(separator: ","))]}"#.utf8))
        #expect(set.keys.count == 1 && set.skippedCount == others.count)
        await #expect(throws: InvalidKey.self) {
            try await TokenKeySet(Array(#"{"keys":[\#(others.joined(separator: ","))]}"#.utf8))
        }
    }

    @Test(arguments: ["", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[]}"#, #"{"keys":[1]}"#, "<html>"])
    func whatIsNoSetIsRefused(text: String) async throws {
        await #expect(throws: InvalidKey.self) { try await TokenKeySet(Array(text.utf8)) }
    }
}
