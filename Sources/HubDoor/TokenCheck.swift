public import ByteStrings
import Crypto
public import HubCore
public import HubTokens
import NIOCore
import Synchronization

/// Decides whether tokens hold. One that held is not checked in full again, so that a page which comes back costs little.
public final class TokenCheck: Sendable {
    /// The keys that tokens are signed with.
    public let keyring: TokenKeyring
    private let verifier: TokenVerifier
    private let known = Mutex(KnownTokens())
    private let now: @Sendable () -> Double
    let revocations = Revocations()

    /// Makes a check.
    /// - Parameters:
    ///   - keyring: The keys that tokens are signed with.
    ///   - rules: What a token must say.
    ///   - now: The time in seconds since 1970.
    public init(
        _ keyring: TokenKeyring, rules: TokenRules = TokenRules(),
        now: @escaping @Sendable () -> Double = { Double(WallClock.milliseconds) / 1000 }
    ) {
        self.now = now
        self.keyring = keyring
        self.verifier = TokenVerifier(rules)
    }

    /// A token that held when it was shown before, and still does.
    public func remembered(_ text: ByteString) -> Token? {
        let (digest, generation) = (Self.digest(text), self.keyring.current.generation)
        guard let token = self.known.withLock({ $0.token(digest, generation) }) else { return nil }
        return self.fault(of: token) == nil ? token : nil
    }

    /// Checks a token.
    /// - Parameter text: What was shown.
    /// - Throws: `TokenFault`.
    public func check(_ text: ByteString) throws(TokenFault) -> Token {
        let (keys, generation) = self.keyring.current
        let token = try self.verifier.verify(text, by: keys, now: self.now())
        guard !self.revocations.include(token) else { throw .revoked }
        self.known.withLock { $0.remember(token, Self.digest(text), generation) }
        return token
    }

    /// Why a token that held before does so no longer; `nil` if it does.
    func fault(of token: Token) -> TokenFault? {
        if self.revocations.include(token) { return .revoked }
        return self.verifier.hasExpired(token, now: self.now()) ? .expired : nil
    }

    private static func digest(_ text: ByteString) -> SHA256Digest { SHA256.hash(data: Array(text.utf8)) }

    /// For how long a token holds from now on, or a little longer where clocks differ; `nil` if it has no end.
    func lifetime(of token: Token) -> TimeAmount? { self.verifier.lifetime(of: token, now: self.now()) }
}

/// The tokens that held, as long as the keys are the same. Only who can sign makes it grow, and no further than its bound.
private struct KnownTokens {
    private static let maximumCount = 4096

    private var recent: [SHA256Digest: Token] = [:]
    /// Those that were recent before; each that is asked for is recent again.
    private var former: [SHA256Digest: Token] = [:]
    private var generation = 0

    mutating func token(_ digest: SHA256Digest, _ generation: Int) -> Token? {
        guard generation == self.generation else { return nil }
        if let token = self.recent[digest] { return token }
        guard let token = self.former[digest] else { return nil }
        self.remember(token, digest, generation)
        return token
    }

    mutating func remember(_ token: Token, _ digest: SHA256Digest, _ generation: Int) {
        if generation != self.generation { self = KnownTokens(generation: generation) }
        if self.recent.count >= Self.maximumCount / 2 { (self.former, self.recent) = (self.recent, [:]) }
        self.recent[digest] = token
    }

    init(generation: Int = 0) {
        self.generation = generation
    }
}
