public import ByteStrings
import JWTKit

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A key that tokens are signed with or checked by. It is for one algorithm alone, whatever a token says: a public key that is taken
/// for a shared secret would let anybody sign.
public struct TokenKey: Sendable {
    /// What it is for.
    public let algorithm: TokenAlgorithm
    /// Its name in a token's head, `kid`; `nil` if it has none.
    public let id: ByteString?
    private let key: any JWTAlgorithm

    init(_ algorithm: TokenAlgorithm, id: ByteString?, _ key: any JWTAlgorithm) {
        self.algorithm = algorithm
        self.id = id
        self.key = key
    }

    /// Makes a key.
    /// - Parameters:
    ///   - algorithm: What it is for.
    ///   - id: Its name, `kid`.
    ///   - text: The shared secret, or a public key, a private key or a certificate as PEM (RFC 7468).
    /// - Throws: `InvalidKey`.
    public init(_ algorithm: TokenAlgorithm, id: ByteString?, text: String) async throws(InvalidKey) {
        let isPEM = ByteString(text).contains("-----BEGIN ")
        if let least = algorithm.secretBytes {
            guard !isPEM else {
                throw InvalidKey("is a PEM file, which is no shared secret; \(algorithm.rawValue) takes one")
            }
            guard text.utf8.count >= least else {
                throw InvalidKey(
                    "has \(text.utf8.count) bytes; a secret for \(algorithm.rawValue) has \(least) or more")
            }
        } else if !isPEM {
            throw InvalidKey("is no PEM file; \(algorithm.rawValue) takes a public key, a private key or a certificate")
        }
        do {
            self.init(algorithm, id: id, try await Self.key(algorithm, text))
        } catch {
            throw InvalidKey(
                "is no key for \(algorithm.rawValue); accepted: PEM with a public key, a private key or, but for EdDSA, a certificate"
                    + " (RSA: of 2048 bits or more)")
        }
    }

    /// Whether a signature is this key's. Of a shared secret, it is compared in constant time.
    func verify(_ signature: some DataProtocol, of input: some DataProtocol) -> Bool {
        (try? self.key.verify(signature, signs: input)) ?? false
    }

    /// Signs.
    /// - Throws: `InvalidKey` if it is a public key.
    func sign(_ input: some DataProtocol) throws(InvalidKey) -> [UInt8] {
        do {
            return try self.key.sign(input)
        } catch {
            throw InvalidKey("is a public key; to sign takes the private one")
        }
    }

    private static func key(_ algorithm: TokenAlgorithm, _ text: String) async throws -> any JWTAlgorithm {
        let keys = JWTKeyCollection()
        let digest = algorithm.digest
        switch algorithm {
        case .hs256, .hs384, .hs512: await keys.add(hmac: HMACKey(from: text), digestAlgorithm: digest)
        case .rs256, .rs384, .rs512: await keys.add(rsa: try PEM(text).rsaKey, digestAlgorithm: digest)
        case .ps256, .ps384, .ps512: await keys.add(pss: try PEM(text).rsaKey, digestAlgorithm: digest)
        case .es256: await keys.add(ecdsa: try PEM(text).p256Key)
        case .es384: await keys.add(ecdsa: try PEM(text).p384Key)
        case .edDSA: await keys.add(eddsa: try PEM(text).ed25519Key)
        }
        return try await keys.getKey()
    }
}

extension TokenAlgorithm {
    fileprivate var digest: DigestAlgorithm {
        switch self {
        case .hs384, .rs384, .ps384, .es384: .sha384
        case .hs512, .rs512, .ps512: .sha512
        default: .sha256
        }
    }
}

/// The text of a key: what it holds is told by its label (RFC 7468).
private struct PEM {
    private let text: String
    private let isPrivate: Bool
    private let isCertificate: Bool

    init(_ text: String) {
        self.text = text
        self.isPrivate = ByteString(text).contains("PRIVATE KEY-----")
        self.isCertificate = ByteString(text).contains("-----BEGIN CERTIFICATE-----")
    }

    var rsaKey: any RSAKey {
        get throws {
            if self.isPrivate { return try Insecure.RSA.PrivateKey(pem: self.text) }
            if self.isCertificate { return try Insecure.RSA.PublicKey(certificatePEM: self.text) }
            return try Insecure.RSA.PublicKey(pem: self.text)
        }
    }

    var p256Key: any ECDSAKey {
        get throws {
            if self.isPrivate { return try ES256PrivateKey(pem: self.text) }
            if self.isCertificate { return try ES256PublicKey(certificate: self.text) }
            return try ES256PublicKey(pem: self.text)
        }
    }

    var p384Key: any ECDSAKey {
        get throws {
            if self.isPrivate { return try ES384PrivateKey(pem: self.text) }
            if self.isCertificate { return try ES384PublicKey(certificate: self.text) }
            return try ES384PublicKey(pem: self.text)
        }
    }

    var ed25519Key: any EdDSAKey {
        get throws {
            if self.isPrivate { return try EdDSA.PrivateKey(pem: self.text) }
            return try EdDSA.PublicKey(pem: self.text)
        }
    }
}
