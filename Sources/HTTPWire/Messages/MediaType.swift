public import ByteStrings
public import HTTPTypes

/// What a `Content-Type` field says, as far as it matters here (RFC 9110, 8.3.1).
public struct MediaType: Hashable {
    /// The type and subtype in lower case; empty if there is none.
    public let name: ByteString
    /// Whether the text is UTF-8, or the field does not say.
    public let isUTF8: Bool

    /// Reads a field.
    public init(_ field: ByteString) {
        let (type, parameters) = field.cut(at: UInt8(ascii: ";"))
        self.name = type.trimmed.lowercasedASCII
        let charset = Self.value(of: "charset", in: parameters)
        self.isUTF8 = charset.map { ["utf-8", "\"utf-8\"", "utf8"].contains($0.lowercasedASCII) } ?? true
    }

    /// The value of the first parameter of a name.
    private static func value(of name: ByteString, in parameters: ByteString?) -> ByteString? {
        var rest = parameters
        while let text = rest {
            let (parameter, next) = text.cut(at: UInt8(ascii: ";"))
            let (own, value) = parameter.cut(at: UInt8(ascii: "="))
            if let value, own.trimmed.equalsIgnoringCase(name) { return value.trimmed }
            rest = next
        }
        return nil
    }
}

extension MediaType {
    /// Whether the `Accept` fields allow a media type (RFC 9110, 12.5.1). No field allows everything, and so do more than 32
    /// ranges.
    public static func accepts(_ type: ByteString, _ fields: HTTPFields) -> Bool {
        guard fields.contains(.accept), let ranges = fields.list(.accept) else { return true }
        let family = ByteString("\(type.cut(at: UInt8(ascii: "/")).before)/*")
        return ranges.contains { range in
            let (name, parameters) = range.cut(at: UInt8(ascii: ";"))
            guard [type, family, "*/*"].contains(name.trimmed.lowercasedASCII) else { return false }
            return !["0", "0.0", "0.00", "0.000"].contains(Self.value(of: "q", in: parameters))
        }
    }
}
