import ByteStrings
import HubCore
import HubTokens

/// What a token is to say.
struct TokenDraft {
    var subject: String?
    var issuer: String?
    var audiences: [String]
    /// In seconds since 1970, with a fraction: within the second of a revocation it tells what was issued after it.
    var issued: Double
    /// In seconds since 1970; `nil` for never.
    var expires: Int?
    var claim: String
    var grants: Grants

    /// Claims that say something else already (RFC 7519, 4.1).
    private static let registered: Set<ByteString> = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"]

    /// Whether a claim may hold what the token grants.
    static func mayHoldGrants(claim: ByteString) -> Bool { !claim.isEmpty && !self.registered.contains(claim) }

    /// Whether it is of no use but to tell who somebody is.
    var grantsNothing: Bool { self.grants == Grants() }

    /// What a hub has to ask of it.
    var rules: TokenRules {
        var rules = TokenRules()
        rules.claim = ByteString(self.claim)
        rules.mayBeEndless = self.expires == nil
        return rules
    }

    /// The claims, a JSON object.
    var claims: ByteString {
        var text = JSONText(escapesMarkup: false)
        text.object { text in
            if let subject = self.subject { text.member("sub", subject) }
            if let issuer = self.issuer { text.member("iss", issuer) }
            self.writeAudiences(&text)
            text.member("iat", json: "\(self.issued)".utf8)
            if let expires = self.expires { text.member("exp", expires) }
            text.name(self.claim)
            self.writeGrants(&text)
        }
        return ByteString(decoding: text.bytes)
    }

    /// A single one stands for itself (RFC 7519, 4.1.3).
    private func writeAudiences(_ text: inout JSONText) {
        if self.audiences.count == 1 { return text.member("aud", self.audiences[0]) }
        guard !self.audiences.isEmpty else { return }
        text.name("aud")
        text.array { text in for audience in self.audiences { text.string(audience) } }
    }

    private func writeGrants(_ text: inout JSONText) {
        text.object { text in
            for (name, patterns) in [("subscribe", self.grants.subscribe), ("publish", self.grants.publish)]
            where !patterns.isEmpty {
                text.name(name)
                text.array { text in for pattern in patterns { text.string(pattern.description) } }
            }
            if self.grants.isAdmin { text.member("admin", json: "true".utf8) }
        }
    }
}
