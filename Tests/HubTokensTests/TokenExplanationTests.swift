import ByteStrings
import HubCore
import HubTokens
import Testing

@Suite("What is said of a token to people who ask")
struct TokenExplanationTests {
    private func explain(
        _ claims: String, by keys: TokenKeys?, _ change: (inout TokenRules) -> Void = { _ in }
    ) async throws -> TokenExplanation {
        var rules = TokenRules()
        change(&rules)
        let token = try TokenWorkshop.token(claims, by: try await TokenWorkshop.key(id: "k"))
        return try TokenVerifier(rules).explain(token, by: keys, now: TokenWorkshop.now)
    }

    @Test("all that it says, whether or not its signature was checked", arguments: [true, false])
    func contents(_ isChecked: Bool) async throws {
        let claims = #"""
            {"sub":"ada","iss":"i","aud":["x","y"],"iat":1,"nbf":2.5,"exp":1800000060,
            "hub":{"subscribe":["a*"],"publish":["b"],"admin":true}}
            """#
        let keys = isChecked ? TokenKeys([try await TokenWorkshop.key()]) : nil
        let token = try await self.explain(claims, by: keys)
        #expect(token.algorithm == .hs256 && token.keyID == "k")
        #expect(token.subject == "ada" && token.issuer == "i" && token.audiences == ["x", "y"])
        #expect(token.issued == 1 && token.begins == 2.5 && token.expires == 1_800_000_060)
        let subscribe = try TopicPattern("a*")
        let publish = try TopicPattern("b")
        #expect(token.grants == Grants(subscribe: [subscribe], publish: [publish], isAdmin: true))
        #expect(token.signature == (isChecked ? .holds : .unchecked) && token.faults.isEmpty)
    }

    @Test("every fault, the signature's first, and all that can be read in spite of them")
    func faults() async throws {
        let claims = #"{"iss":1,"sub":"ada","hub":{"subscribe":[""]},"exp":1}"#
        let stranger = try await TokenWorkshop.key(id: "k", text: String(repeating: "x", count: 32))
        let token = try await self.explain(claims, by: TokenKeys([stranger])) { $0.issuers = ["i"] }
        #expect(token.signature == .fails && token.subject == "ada" && token.expires == 1)
        #expect(token.faults.map(\.reason) == [.signature, .malformed, .grants, .expired])
        let unknown = try await TokenWorkshop.key(id: "other")
        #expect(try await self.explain(claims, by: TokenKeys([unknown])).faults.first == .unknownKey)
        let another = try await TokenWorkshop.key(.hs512, id: "k")
        #expect(try await self.explain(claims, by: TokenKeys([another])).faults.first == .algorithm)
    }

    @Test("that what is no token is none", arguments: ["", "a.b", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30."])
    func noToken(_ text: String) {
        #expect(throws: TokenFault.self) { try TokenVerifier().explain(ByteString(text), by: nil, now: 0) }
    }

    @Test("a key as it is given names itself in what is said of it, and never shows its secret")
    func settings() async throws {
        #expect(TokenKeySetting("HS256,kid=a:x")?.id == "a")
        for text in ["", "HS256", "HS256:", "none:x", "HS256:@", "HS256,id=a:x"] {
            #expect(TokenKeySetting(ByteString(text)) == nil, "\(text)")
        }
        let short = try #require(TokenKeySetting("HS256:geheim"))
        let error = await #expect(throws: InvalidKey.self) { try await short.key() }
        #expect(error?.description == "HS256 has 6 bytes; a secret for HS256 has 32 or more")
        let missing = try #require(TokenKeySetting("ES256:@/nowhere"))
        let other = await #expect(throws: InvalidKey.self) { try await missing.key() }
        #expect(other?.description == "'/nowhere' can't be read")
    }
}
