import ByteStrings
import Foundation
import HubCore
import HubDoor
import HubTokens
import NIOPosix

/// Tokens for a server of a test, and the rules by which it takes them.
struct TestTokens: Sendable {
    static let secret = "0123456789abcdef0123456789abcdef"

    let rules: AccessRules
    private let mint: TokenMint
    private let now: @Sendable () -> Double

    /// - Parameter publicTopics: What anybody may subscribe to.
    ///   - isTimeStill: Whether the clock by which tokens end stands still, so that a test has as long to show one as it takes.
    init(
        publicTopics: [String] = [], publishKeys: [String] = [], secret: String = Self.secret, isTimeStill: Bool = false
    ) async throws {
        let beginning = Date().timeIntervalSince1970
        self.now = { isTimeStill ? beginning : Date().timeIntervalSince1970 }
        let key = try await TokenKey(.hs256, id: nil, text: secret)
        let keyring = TokenKeyring(on: MultiThreadedEventLoopGroup.singleton.next())
        keyring.replaceGiven(with: TokenKeys([key]))
        self.mint = TokenMint(key)
        self.rules = AccessRules(
            keys: PublishKeys(publishKeys), tokens: TokenCheck(keyring, now: self.now),
            publicTopics: try publicTopics.map { try TopicPattern($0) })
    }

    /// Makes a token.
    /// - Parameters:
    ///   - grants: The members of the claim, as JSON.
    ///   - seconds: In how many it expires.
    func token(_ grants: String, subject: String = "ada", expiresIn seconds: Double = 60) throws -> String {
        let now = self.now()
        let claims = #"{"sub":"\#(subject)","iat":\#(now),"exp":\#(now + seconds),"hub":{\#(grants)}}"#
        return try self.mint.token(claims: ByteString(claims))
    }
}
