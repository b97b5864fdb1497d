public import ByteStrings
import HubCore
public import NIOCore

/// Decides whether a token holds (RFC 7519, 7.2), and reads what it says.
public struct TokenVerifier: Sendable {
    /// The longest subject, in bytes.
    public static let maximumSubjectBytes = 512

    private let rules: TokenRules

    /// Makes a verifier.
    /// - Parameter rules: What a token must say.
    public init(_ rules: TokenRules = TokenRules()) {
        self.rules = rules
    }

    /// Checks a token.
    /// - Parameters:
    ///   - text: What was shown.
    ///   - keys: The keys that may have signed it.
    ///   - now: The time in seconds since 1970.
    /// - Throws: `TokenFault`.
    public func verify(_ text: ByteString, by keys: TokenKeys, now: Double) throws(TokenFault) -> Token {
        let token = try CompactToken(text)
        try Self.checkSignature(of: token, by: keys)
        return try self.read(token.payload, now)
    }

    /// Tells what a token says and all that is wrong with it.
    /// - Parameters:
    ///   - text: What was shown.
    ///   - keys: The keys that may have signed it; `nil` to leave its signature unchecked.
    ///   - now: The time in seconds since 1970.
    /// - Throws: `TokenFault` if it is no token.
    public func explain(_ text: ByteString, by keys: TokenKeys?, now: Double) throws(TokenFault) -> TokenExplanation {
        let token = try CompactToken(text)
        let members = try CompactToken.members(token.payload, "payload")
        var faults: [TokenFault] = []
        var claims = TokenClaims()
        if let keys {
            faults.collect { () throws(TokenFault) in try Self.checkSignature(of: token, by: keys) }
        }
        let signature: TokenExplanation.Signature = keys == nil ? .unchecked : faults.isEmpty ? .holds : .fails
        for (name, value) in members {
            faults.collect { () throws(TokenFault) in try claims.take(name, value, grantsAt: self.rules.claim) }
        }
        faults.collect { () throws(TokenFault) in try self.check(claims, now) }
        return TokenExplanation(token, claims, signature, faults)
    }

    /// Whether the time of a token that held before is over.
    public func hasExpired(_ token: Token, now: Double) -> Bool {
        token.expires.map { now - self.rules.leeway >= $0 } ?? false
    }

    /// For how long a token that holds does so from now on; `nil` if it has no end. One that is past its end by the difference of two
    /// clocks lasts as long as that is allowed.
    public func lifetime(of token: Token, now: Double) -> TimeAmount? {
        guard let expires = token.expires else { return nil }
        let seconds = expires > now ? expires - now : max(0, expires + self.rules.leeway - now)
        // No timer takes all that a number can say.
        return .milliseconds(Int64(min(seconds * 1000, 1e12)))
    }

    /// Reads what a token says.
    func read(_ payload: [UInt8], _ now: Double) throws(TokenFault) -> Token {
        var claims = TokenClaims()
        for (name, value) in try CompactToken.members(payload, "payload") {
            try claims.take(name, value, grantsAt: self.rules.claim)
        }
        try self.check(claims, now)
        return Token(subject: claims.subject, issued: claims.issued, expires: claims.expires, grants: claims.grants)
    }

    private static func checkSignature(of token: CompactToken, by keys: TokenKeys) throws(TokenFault) {
        let (candidates, otherwise) = try keys.candidates(token.algorithm, id: token.keyID)
        guard candidates.contains(where: { $0.verify(token.signature, of: token.input) }) else { throw otherwise }
    }

    private func check(_ claims: TokenClaims, _ now: Double) throws(TokenFault) {
        if let expires = claims.expires {
            guard now - self.rules.leeway < expires else { throw .expired }
        } else if !self.rules.mayBeEndless {
            throw .endless
        }
        // What comes from the future was not issued, and would outlast its own revocation.
        guard max(claims.begins ?? 0, claims.issued ?? 0) <= now + self.rules.leeway else { throw .early }
        guard self.rules.issuers.isEmpty || claims.issuer.map(self.rules.issuers.contains) ?? false else {
            throw .issuer
        }
        guard self.rules.audiences.isEmpty || claims.audiences.contains(where: self.rules.audiences.contains) else {
            throw .audience
        }
    }
}

extension [TokenFault] {
    /// Runs a check, and goes on whatever it finds.
    fileprivate mutating func collect(_ check: () throws(TokenFault) -> Void) {
        do throws(TokenFault) {
            try check()
        } catch {
            self.append(error)
        }
    }
}
