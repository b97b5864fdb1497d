import ByteStrings
import JWTKit

/// A set of public keys as JSON (RFC 7517, 5).
public struct TokenKeySet: Sendable {
    /// The largest that is read, in bytes.
    public static let maximumByteCount = 256 << 10

    /// The keys that tokens can be checked by.
    public let keys: [TokenKey]
    /// The text that it was read from.
    let text: [UInt8]
    /// How many there were for something else, or of a kind that is not known here. They are passed over (RFC 7517, 5).
    public let skippedCount: Int

    /// Reads a set.
    /// - Throws: `InvalidKey`, if there is no key in it that tokens could be checked by.
    public init(_ bytes: [UInt8]) async throws(InvalidKey) {
        guard bytes.count <= Self.maximumByteCount else {
            throw InvalidKey("has more than \(Self.maximumByteCount >> 10) KiB")
        }
        var keys: [TokenKey] = []
        var skippedCount = 0
        for key in try Self.keys(in: bytes) {
            guard let key = await WebKey(key).key else {
                skippedCount += 1
                continue
            }
            keys.append(key)
        }
        guard (1...TokenKeys.maximumCount).contains(keys.count) else {
            throw InvalidKey(
                keys.isEmpty
                    ? "has no key that tokens can be checked by (RSA, EC with P-256 or P-384, OKP with Ed25519)"
                    : "has \(keys.count) keys; \(TokenKeys.maximumCount) at most")
        }
        self.text = bytes
        self.keys = keys
        self.skippedCount = skippedCount
    }

    private static func keys(in bytes: [UInt8]) throws(InvalidKey) -> [[JSONReader.Member]] {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw InvalidKey("is not UTF-8") }
        do throws(JSONReader.Fault) {
            guard let list = try JSONReader.members(bytes[...]).first(where: { $0.name == "keys" }) else {
                throw JSONReader.Fault("there is no member 'keys'")
            }
            var keys: [[JSONReader.Member]] = []
            var reader = JSONReader(list.value.text)
            try reader.readArray { (reader) throws(JSONReader.Fault) in
                keys.append(try JSONReader.members(try reader.readValue().text))
            }
            return keys
        } catch {
            throw InvalidKey("is no set of keys (RFC 7517): \(error.description)")
        }
    }
}

/// One key of a set (RFC 7517, 4; RFC 7518, 6; RFC 8037, 2).
private struct WebKey {
    private var texts: [ByteString: ByteString] = [:]
    /// Whether it may be used to check signatures, as far as it says for what it is.
    private var isForSignatures = true

    init(_ members: [JSONReader.Member]) {
        for (name, value) in members {
            if let text = value.byteString { self.texts[name] = text }
            if name == "use", value.byteString != "sig" { self.isForSignatures = false }
            if name == "key_ops" { self.isForSignatures = value.byteStrings?.contains("verify") ?? false }
        }
    }

    /// The key; `nil` if tokens can't be checked by it. A shared secret is none of a set that others can read.
    var key: TokenKey? {
        get async {
            guard self.isForSignatures, let algorithm = self.algorithm, let key = self.webKey(algorithm) else {
                return nil
            }
            let keys = JWTKeyCollection()
            guard (try? await keys.add(jwk: key)) != nil, let key = try? await keys.getKey() else { return nil }
            return TokenKey(algorithm, id: self.texts["kid"], key)
        }
    }

    /// What the key is for. An RSA key that does not say so is for the algorithm that every issuer has.
    private var algorithm: TokenAlgorithm? {
        let named = self.texts["alg"]
        let possible: [TokenAlgorithm] =
            switch (self.texts["kty"], self.texts["crv"]) {
            case ("RSA", _): [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]
            case ("EC", "P-256"): [.es256]
            case ("EC", "P-384"): [.es384]
            case ("OKP", "Ed25519"): [.edDSA]
            default: []
            }
        // The name that says the curve as well is a newer one of the same (RFC 9864, 2.2).
        guard let named, !(named == "Ed25519" && possible == [.edDSA]) else { return possible.first }
        return possible.first { ByteString($0.rawValue) == named }
    }

    private func webKey(_ algorithm: TokenAlgorithm) -> JWK? {
        let kind = JWK.Algorithm(rawValue: algorithm.rawValue)
        // The collection finds keys by name; this one has a single key.
        let name = JWKIdentifier(string: "key")
        switch algorithm {
        case .es256, .es384:
            return .ecdsa(
                kind, identifier: name, x: self.text("x"), y: self.text("y"),
                curve: algorithm == .es256 ? .p256 : .p384)
        case .edDSA:
            return .octetKeyPair(kind, identifier: name, x: self.text("x"), y: nil, curve: .ed25519)
        default:
            return .rsa(kind, identifier: name, modulus: self.text("n"), exponent: self.text("e"))
        }
    }

    private func text(_ name: ByteString) -> String? { self.texts[name]?.string }
}
