import ByteStrings
import Crypto
import Synchronization

/// The keys that publishing, deleting and listing need.
///
/// Only digests are kept. Digests are compared in constant time, and every key is compared, so that the time taken
/// says nothing of how much of a guess was right.
public final class PublishKeys: Sendable {
    private let digests: Mutex<[SHA256Digest]>

    /// Makes a set of keys.
    /// - Parameter keys: The keys; none means that no key is needed.
    public init(_ keys: [String] = []) {
        self.digests = Mutex(Self.digests(of: keys))
    }

    /// Whether there are no keys, so that none is needed.
    public var isEmpty: Bool { self.digests.withLock { $0.isEmpty } }

    /// Puts other keys in force.
    /// - Parameter keys: All keys that count from now on.
    public func replace(with keys: [String]) {
        let digests = Self.digests(of: keys)
        self.digests.withLock { $0 = digests }
    }

    /// Whether an `Authorization` field holds one of the keys (RFC 6750, 2.1).
    func allow(_ authorization: String?) -> Bool {
        guard let token = Self.token(authorization) else { return false }
        let digest = SHA256.hash(data: Array(token.utf8))
        return self.digests.withLock { digests in
            digests.reduce(false) { found, key in
                // Both sides are always computed.
                let isSame = key == digest
                return found || isSame
            }
        }
    }

    /// Whether an `Authorization` field is of the scheme that keys come with.
    static func isBearer(_ authorization: String) -> Bool { self.token(authorization) != nil }

    /// Whether an `Authorization` field holds more than the name of a scheme (RFC 9110, 11.4).
    static func hasCredentials(_ authorization: String) -> Bool { self.parts(authorization).credentials != nil }

    private static func token(_ authorization: String?) -> ByteString? {
        guard let authorization else { return nil }
        let (scheme, token) = self.parts(authorization)
        return scheme.equalsIgnoringCase("bearer") ? token : nil
    }

    private static func parts(_ authorization: String) -> (scheme: ByteString, credentials: ByteString?) {
        let (scheme, credentials) = ByteString(authorization).trimmed.cut(at: UInt8(ascii: " "))
        return (scheme, credentials?.trimmed)
    }

    private static func digests(of keys: [String]) -> [SHA256Digest] {
        keys.map { SHA256.hash(data: Array($0.utf8)) }
    }
}
