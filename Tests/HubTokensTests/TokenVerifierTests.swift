import ByteStrings
import HubCore
import Testing

@testable import HubTokens

/// Which tokens hold, and why the others do not.
@Suite struct TokenVerifierTests {
    private let now = TokenWorkshop.now

    private func verify(
        _ token: ByteString, by keys: TokenKey..., rules: (inout TokenRules) -> Void = { _ in }
    ) throws(TokenFault) -> Token {
        var all = TokenRules()
        rules(&all)
        return try TokenVerifier(all).verify(token, by: TokenKeys(keys), now: self.now)
    }

    private func fault(_ claims: String, rules: (inout TokenRules) -> Void = { _ in }) async throws -> String? {
        let key = try await TokenWorkshop.key()
        let token = try TokenWorkshop.token(claims, by: key)
        do throws(TokenFault) {
            _ = try self.verify(token, by: key, rules: rules)
            return nil
        } catch {
            return error.reason.rawValue
        }
    }

    @Test(arguments: TokenAlgorithm.allCases)
    func eachAlgorithmHoldsByItsPublicKeyAlone(algorithm: TokenAlgorithm) async throws {
        let isShared = algorithm.rawValue.utf8.first == UInt8(ascii: "H")
        let secret = TokenWorkshop.secret + TokenWorkshop.secret
        let own = isShared ? secret : try TokenWorkshop.privateKey(algorithm)
        let other = isShared ? "x" + secret : try TokenWorkshop.privateKey(algorithm)
        let signer = try await TokenKey(algorithm, id: nil, text: own)
        let token = try TokenWorkshop.token(#"{"sub":"ada","exp":1800000060.5}"#, by: signer)
        let checker = isShared ? own : try TokenWorkshop.publicKey(of: own)
        #expect(try self.verify(token, by: try await TokenKey(algorithm, id: nil, text: checker)).subject == "ada")
        let stranger = try await TokenKey(algorithm, id: nil, text: other)
        #expect(throws: TokenFault.signature) { try self.verify(token, by: stranger) }
        for index in [token.count - 3, token.count / 2, 8] {
            var bytes = Array(token.utf8)
            bytes[index] = bytes[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let changed = ByteString(decoding: bytes)
            #expect(throws: TokenFault.self) { try self.verify(changed, by: signer) }
        }
    }

    @Test func aPublicKeyIsNoSharedSecret() async throws {
        let publicKey = try TokenWorkshop.publicKey(of: TokenWorkshop.privateKey(.rs256))
        let key = try await TokenKey(.rs256, id: "a", text: publicKey)
        // What an attacker would sign: HS256, with the public key's text as the secret. Our own keys refuse to be made of it.
        await #expect(throws: InvalidKey.self) { try await TokenKey(.hs256, id: "a", text: publicKey) }
        let header = Self.encode(#"{"alg":"HS256","kid":"a"}"#)
        let forged = ByteString("\(header).\(Self.encode(#"{"exp":1800000060}"#)).AAAA")
        #expect(throws: TokenFault.algorithm) { try self.verify(forged, by: key) }
    }

    @Test(arguments: [
        "", ".", "..", "a.b", "a.b.c.d", "a.b.c", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30.",
        "eyJhbGciOiJub25lIn0.eyJleHAiOjE4MDAwMDAwNjB9.",
        "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsiYjY0Il19.e30.AAAA", "eyJhbGciOiJIUzI1NiJ9.e30=.AAAA",
        "eyJhbGciOiJIUzI1NiJ9.e30.A",
        "eyJhbGciOiJIUzI1NiIsImFsZyI6Im5vbmUifQ.e30.AAAA", "W10.e30.AAAA", "eyJhbGciOjF9.e30.AAAA", "/+8.e30.AA",
    ])
    func whatIsNoTokenDoesNotHold(text: String) async throws {
        let key = try await TokenWorkshop.key()
        #expect(throws: TokenFault.self) { try self.verify(ByteString(text), by: key) }
    }

    @Test func longOnesAreNotLookedAt() async throws {
        let key = try await TokenWorkshop.key()
        let token = try TokenWorkshop.token(
            #"{"exp":1800000060,"x":"\#(String(repeating: "x", count: CompactToken.maximumByteCount))"}"#, by: key)
        #expect(throws: TokenFault.malformed("it has more than 8192 bytes")) { try self.verify(token, by: key) }
    }

    @Test(
        arguments: [
            (#"{"exp":1800000060}"#, nil), (#"{"exp":1800000000.5}"#, nil), (#"{"exp":1799999996}"#, nil),
            (#"{"exp":1799999995}"#, "expired"), (#"{"exp":-1}"#, "expired"), (#"{}"#, "endless"),
            (#"{"exp":"1800000060"}"#, "malformed"), (#"{"exp":1e999}"#, "malformed"), (#"{"exp":null}"#, "malformed"),
            (#"{"exp":1800000060,"nbf":1800000005}"#, nil), (#"{"exp":1800000060,"nbf":1800000005.5}"#, "early"),
            (#"{"exp":1800000060,"iat":1800000010}"#, "early"), (#"{"exp":1800000060,"iat":1800000004.9}"#, nil),
            (#"{"exp":1800000060,"sub":7}"#, "malformed"), (#"{"exp":1800000060,"sub":""}"#, "malformed"),
            (#"{"exp":1800000060,"exp":1900000060}"#, "malformed"),
            (#"{"exp":1800000060,"hub":[]}"#, "grants"), (#"{"exp":1800000060,"hub":{"subscribe":"*"}}"#, "grants"),
            (#"{"exp":1800000060,"hub":{"publish":[1]}}"#, "grants"),
            (#"{"exp":1800000060,"hub":{"admin":1}}"#, "grants"),
            (#"{"exp":1800000060,"hub":{"publish":[""]}}"#, "grants"),
        ] as [(String, String?)])
    func timesAndClaimsAreChecked(claims: String, reason: String?) async throws {
        #expect(try await self.fault(claims) == reason)
    }

    @Test func issuersAndAudiencesCountWhereTheyAreSet() async throws {
        let rules = { (rules: inout TokenRules) in
            rules.issuers = ["https://id.example"]
            rules.audiences = ["hub", "push"]
        }
        let claims = { (rest: String) in #"{"exp":1800000060\#(rest)}"# }
        #expect(try await self.fault(claims(""), rules: rules) == "issuer")
        #expect(try await self.fault(claims(#","iss":"https://id.example/""#), rules: rules) == "issuer")
        #expect(try await self.fault(claims(#","iss":"https://id.example""#), rules: rules) == "audience")
        let issued = claims(#","iss":"https://id.example","aud":"#)
        for (audience, reason) in [("\"push\"", nil), ("[\"x\",\"hub\"]", nil), ("[]", "audience"), ("1", "malformed")]
        {
            let text = issued.replacing("}", with: "") + audience + "}"
            #expect(try await self.fault(text, rules: rules) == reason, "\(audience)")
        }
        #expect(try await self.fault("{}") { $0.mayBeEndless = true } == nil)
    }

    @Test func grantsAreReadFromTheirClaim() async throws {
        let key = try await TokenWorkshop.key()
        let claims = #"""
            {"exp":1800000060,"hub":{"admin":true},"https://example.org/push":
            {"subscribe":["news","users/42/*"],"publish":[],"info":{"name":"Ada"}}}
            """#
        let token = try self.verify(try TokenWorkshop.token(claims, by: key), by: key) {
            $0.claim = "https://example.org/push"
        }
        #expect(!token.grants.isAdmin)
        for (name, isGranted) in [
            ("news", true), ("news/x", false), ("users/42/", true), ("users/42/a", true), ("users/42", false),
            ("users/421", false),
        ] {
            #expect(token.grants.maySubscribe(to: try Topic(name)) == isGranted, "\(name)")
            #expect(!token.grants.mayPublish(to: try Topic(name)))
        }
    }

    @Test func aTokenIsCheckedByTheKeyThatItNames() async throws {
        let (a, b) = (
            try await TokenWorkshop.key(id: "a"),
            try await TokenWorkshop.key(id: "b", text: "b" + TokenWorkshop.secret)
        )
        let bare = try await TokenWorkshop.key(text: "c" + TokenWorkshop.secret)
        #expect(throws: Never.self) { try self.verify(try TokenWorkshop.token(by: b), by: a, b) }
        #expect(throws: Never.self) { try self.verify(try TokenWorkshop.token(by: bare), by: a, b, bare) }
        #expect(throws: TokenFault.unknownKey) { try self.verify(try TokenWorkshop.token(by: b), by: a) }
        #expect(throws: TokenFault.unknownKey) { try self.verify(try TokenWorkshop.token(by: b), by: a, bare) }
        let impostor = try await TokenWorkshop.key(id: "a", text: "b" + TokenWorkshop.secret)
        #expect(throws: TokenFault.signature) { try self.verify(try TokenWorkshop.token(by: impostor), by: a, b) }
        // A key without a name is any token's.
        let renamed = try await TokenWorkshop.key(id: "zz", text: "c" + TokenWorkshop.secret)
        #expect(throws: Never.self) { try self.verify(try TokenWorkshop.token(by: renamed), by: a, bare) }
    }

    @Test(arguments: [TokenAlgorithm.hs256, .hs384, .hs512])
    func shortSecretsAreRefused(algorithm: TokenAlgorithm) async throws {
        let least = try #require(algorithm.secretBytes)
        await #expect(throws: InvalidKey.self) {
            try await TokenKey(algorithm, id: nil, text: String(repeating: "x", count: least - 1))
        }
        _ = try await TokenKey(algorithm, id: nil, text: String(repeating: "x", count: least))
    }

    @Test func keysOfAnotherKindAreRefused() async throws {
        let curve = try TokenWorkshop.privateKey(.es256)
        for algorithm in TokenAlgorithm.allCases where algorithm != .es256 {
            await #expect(throws: InvalidKey.self, "\(algorithm)") {
                try await TokenKey(algorithm, id: nil, text: curve)
            }
        }
        let short = try ChildProcessKey.rsa1024()
        await #expect(throws: InvalidKey.self) { try await TokenKey(.rs256, id: nil, text: short) }
    }

    private static func encode(_ text: String) -> String {
        Base64URL.encode(Array(text.utf8))
    }
}
