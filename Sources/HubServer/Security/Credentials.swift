import ByteStrings
import HTTPTypes
import HTTPWire

/// What a request shows to say whose it is (RFC 6750, 2).
enum Credentials: Hashable {
    /// Nothing.
    case none
    /// Something of another scheme, or nothing after the scheme's name.
    case otherScheme(hasText: Bool)
    /// A key or a token.
    case bearer(ByteString)

    /// The `Authorization` field counts first, then `access_token` in the query, then the cookie.
    /// - Parameters:
    ///   - fields: The header fields.
    ///   - queryToken: `access_token` of the query.
    ///   - cookieName: The name of the cookie that holds a token; `nil` if cookies do not count.
    init(_ fields: HTTPFields, queryToken: ByteString?, cookieName: ByteString?) {
        if let authorization = fields.first(.authorization) {
            self = Self.authorization(ByteString(authorization))
        } else if let queryToken {
            self = .bearer(queryToken)
        } else if let cookieName, let token = Self.cookie(cookieName, fields), !token.isEmpty {
            self = .bearer(token)
        } else {
            self = .none
        }
    }

    /// Only spaces stand between the scheme and what follows it (RFC 9110, 11.4).
    private static func authorization(_ field: ByteString) -> Credentials {
        let (scheme, text) = field.trimmed.cut(at: UInt8(ascii: " "))
        guard let text, scheme.equalsIgnoringCase("bearer") else {
            return .otherScheme(hasText: text != nil)
        }
        return .bearer(ByteString(text.utf8.drop { $0 == UInt8(ascii: " ") }))
    }

    /// The first cookie of a name (RFC 6265, 4.2.1), without the quotes that it may stand in.
    private static func cookie(_ name: ByteString, _ fields: HTTPFields) -> ByteString? {
        for field in fields.fields(.cookie) {
            var rest: ByteString? = field
            while let text = rest {
                let (pair, after) = text.cut(at: UInt8(ascii: ";"))
                let (key, value) = pair.trimmed.cut(at: UInt8(ascii: "="))
                if key == name, let value { return value.unquoted }
                rest = after
            }
        }
        return nil
    }
}

extension ByteString {
    fileprivate var unquoted: ByteString {
        guard self.count > 1, self.hasPrefix("\""), self.hasSuffix("\"") else { return self }
        return self.dropFirst().dropLast()
    }
}
