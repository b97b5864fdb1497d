import ByteStrings

/// A token as it is sent (RFC 7515, 7.1), taken apart and not yet believed.
struct CompactToken {
    /// The longest that is looked at.
    static let maximumByteCount = 8192

    let algorithm: TokenAlgorithm
    /// The name of the key that has signed it, if it says so.
    let keyID: ByteString?
    /// What is signed.
    let input: [UInt8]
    let signature: [UInt8]
    /// JSON.
    let payload: [UInt8]

    /// Takes a token apart.
    /// - Throws: `TokenFault`.
    init(_ text: ByteString) throws(TokenFault) {
        guard text.count <= Self.maximumByteCount else {
            throw .malformed("it has more than \(Self.maximumByteCount) bytes")
        }
        guard let parts = text.split(at: UInt8(ascii: "."), maximumCount: 3), parts.count == 3 else {
            throw .malformed("it does not have three parts")
        }
        let header = try Self.members(parts[0], "head")
        (self.algorithm, self.keyID) = try Self.read(header)
        self.payload = try Self.decode(parts[1], "payload")
        self.signature = try Self.decode(parts[2], "signature")
        self.input = Array(text.utf8.prefix(parts[0].count + 1 + parts[1].count))
    }

    private static func read(_ header: [JSONReader.Member]) throws(TokenFault) -> (TokenAlgorithm, ByteString?) {
        var name: ByteString?
        var id: ByteString?
        for (member, value) in header {
            switch member {
            case "alg": name = value.byteString
            case "kid":
                guard let text = value.byteString else { throw .malformed("kid is no string") }
                id = text
            // What must be understood is not (RFC 7515, 4.1.11).
            case "crit": throw .malformed("it asks for extensions (crit)")
            default: break
            }
        }
        guard let name else { throw .malformed("it has no algorithm (alg)") }
        guard let algorithm = TokenAlgorithm.allCases.first(where: { ByteString($0.rawValue) == name }) else {
            throw .algorithm
        }
        return (algorithm, id)
    }

    private static func members(_ part: ByteString, _ name: String) throws(TokenFault) -> [JSONReader.Member] {
        try self.members(try self.decode(part, name), name)
    }

    /// Reads a JSON object.
    static func members(_ bytes: [UInt8], _ name: String) throws(TokenFault) -> [JSONReader.Member] {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .malformed("its \(name) is not UTF-8") }
        do throws(JSONReader.Fault) {
            return try JSONReader.members(bytes[...])
        } catch {
            throw .malformed("its \(name) is no JSON object")
        }
    }

    private static func decode(_ part: ByteString, _ name: String) throws(TokenFault) -> [UInt8] {
        guard let bytes = Base64URL.decode(part) else {
            throw .malformed("its \(name) is not base64url without padding")
        }
        return bytes
    }
}

extension JSONReader.Value {
    /// What a string says.
    var byteString: ByteString? { self.string.map { ByteString(decoding: $0) } }

    /// A number that is finite.
    var number: Double? {
        guard self.form == .number, let value = Double(String(decoding: self.text, as: UTF8.self)), value.isFinite
        else { return nil }
        return value
    }
}
