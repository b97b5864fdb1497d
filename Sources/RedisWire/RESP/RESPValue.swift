/// One reply of Redis, in RESP2.
public enum RESPValue: Sendable, Hashable {
    /// `+OK`: a status line.
    case simple(String)
    /// `-ERR …`: an error line without its dash.
    case error(String)
    /// `:1`: an integer.
    case integer(Int64)
    /// `$3`: a string of any bytes.
    case bulk([UInt8])
    /// `$-1` or `*-1`: nothing.
    case null
    /// `*2`: a list of replies.
    case array([RESPValue])
}

extension RESPValue {
    /// The text of a status or of a bulk string (bytes that aren't UTF-8 are replaced); `nil` for any other reply.
    public var string: String? {
        switch self {
        case .simple(let text): text
        case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
        case .error, .integer, .null, .array: nil
        }
    }

    /// The bytes of a bulk string or of a status; `nil` for any other reply.
    public var bytes: [UInt8]? {
        switch self {
        case .bulk(let bytes): bytes
        case .simple(let text): Array(text.utf8)
        case .error, .integer, .null, .array: nil
        }
    }

    /// The number of an integer, or of a status or bulk string that is one in decimal; `nil` for any other reply.
    public var integer: Int64? {
        if case .integer(let number) = self { return number }
        return self.string.flatMap { Int64($0) }
    }

    /// The elements of an array; `nil` for any other reply.
    public var array: [RESPValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// Whether this is the nil reply.
    public var isNull: Bool { self == .null }
}
