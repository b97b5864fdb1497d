public import ByteStrings
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

    /// Looks at what was shown.
    /// - Returns: The proof that it is one of the keys; `nil` if it is not.
    public func prove(_ shown: ByteString) -> KeyProof? {
        let proof = KeyProof(digest: SHA256.hash(data: Array(shown.utf8)))
        return self.honour(proof) ? proof : nil
    }

    /// Whether the key that was shown is still one of those that count.
    func honour(_ proof: KeyProof) -> Bool {
        self.digests.withLock { digests in
            digests.reduce(false) { found, key in
                // Both sides are always computed.
                let isSame = key == proof.digest
                return found || isSame
            }
        }
    }

    private static func digests(of keys: [String]) -> [SHA256Digest] {
        keys.map { SHA256.hash(data: Array($0.utf8)) }
    }
}

/// That somebody has shown one of the keys, which may be withdrawn since.
public struct KeyProof: Hashable, Sendable {
    let digest: SHA256Digest
}
