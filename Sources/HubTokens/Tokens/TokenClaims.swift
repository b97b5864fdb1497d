import ByteStrings
import HubCore

/// The claims of a token (RFC 7519, 4.1), as they are read.
struct TokenClaims {
    private(set) var subject: ByteString?
    private(set) var issuer: ByteString?
    private(set) var audiences: [ByteString] = []
    private(set) var expires: Double?
    private(set) var begins: Double?
    private(set) var issued: Double?
    private(set) var grants = Grants()

    /// Takes a claim. Those that nobody knows are passed over.
    mutating func take(_ name: ByteString, _ value: JSONReader.Value, grantsAt claim: ByteString) throws(TokenFault) {
        switch name {
        case claim: self.grants = try Self.grants(value)
        case "sub": self.subject = try Self.subject(value)
        case "iss": self.issuer = try Self.text(value, "iss")
        case "aud": self.audiences = try Self.texts(value, "aud")
        case "exp": self.expires = try Self.time(value, "exp")
        case "nbf": self.begins = try Self.time(value, "nbf")
        case "iat": self.issued = try Self.time(value, "iat")
        default: break
        }
    }

    private static func subject(_ value: JSONReader.Value) throws(TokenFault) -> ByteString {
        let subject = try self.text(value, "sub")
        guard (1...TokenVerifier.maximumSubjectBytes).contains(subject.count) else {
            throw .malformed("sub must have 1 to \(TokenVerifier.maximumSubjectBytes) bytes")
        }
        return subject
    }

    private static func text(_ value: JSONReader.Value, _ name: String) throws(TokenFault) -> ByteString {
        guard let text = value.byteString else { throw .malformed("\(name) is no string") }
        return text
    }

    /// One string, or a list of them.
    private static func texts(_ value: JSONReader.Value, _ name: String) throws(TokenFault) -> [ByteString] {
        if let text = value.byteString { return [text] }
        guard let texts = value.byteStrings else { throw .malformed("\(name) is neither a string nor a list of them") }
        return texts
    }

    /// Seconds since 1970, with or without a fraction (RFC 7519, 2).
    private static func time(_ value: JSONReader.Value, _ name: String) throws(TokenFault) -> Double {
        guard let seconds = value.number else { throw .malformed("\(name) is no number") }
        return seconds
    }

    private static func grants(_ value: JSONReader.Value) throws(TokenFault) -> Grants {
        guard value.form == .object else { throw .grants("the claim is no object") }
        var grants = Grants()
        for (name, value) in try CompactToken.members(Array(value.text), "claim") {
            switch name {
            case "subscribe": grants.subscribe = try self.patterns(value, "subscribe")
            case "publish": grants.publish = try self.patterns(value, "publish")
            case "admin":
                guard value.form == .boolean else { throw .grants("admin is neither true nor false") }
                grants.isAdmin = value.text.first == UInt8(ascii: "t")
            default: break
            }
        }
        return grants
    }

    private static func patterns(_ value: JSONReader.Value, _ name: String) throws(TokenFault) -> [TopicPattern] {
        guard let texts = value.byteStrings else { throw .grants("\(name) is no list of strings") }
        var patterns: [TopicPattern] = []
        for text in texts {
            do throws(InvalidEvent) {
                patterns.append(try TopicPattern(text.string))
            } catch {
                throw .grants("in \(name): \(error.description)")
            }
        }
        return patterns
    }
}

extension JSONReader.Value {
    /// The strings of a list of nothing else.
    var byteStrings: [ByteString]? {
        guard self.form == .array else { return nil }
        var strings: [ByteString] = []
        var reader = JSONReader(self.text)
        do throws(JSONReader.Fault) {
            try reader.readArray { (reader) throws(JSONReader.Fault) in
                guard let text = try reader.readValue().byteString else { throw JSONReader.Fault("no string") }
                strings.append(text)
            }
        } catch {
            return nil
        }
        return strings
    }
}
