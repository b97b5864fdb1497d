public import ByteStrings
import HTTPTypes

/// The path and the query of a request target (RFC 9112, 3.2).
public struct RequestTarget: Hashable {
    /// The path, as it was written; `*` for the whole server.
    public let path: ByteString
    /// What follows it.
    public let query: QueryItems
    /// The host and port that a target in absolute form names.
    public let authority: String?

    /// Reads a target in origin form, in absolute form, or `*`.
    /// - Parameters:
    ///   - text: The target.
    ///   - limit: The most bytes it may have.
    /// - Throws: A problem that says what is wrong with it.
    public init(_ text: String, limit: Int) throws(Problem) {
        guard text.utf8.count <= limit else { throw .targetTooLong(limit: limit) }
        // The parser replaces bytes that are not UTF-8 by U+FFFD, EF BF BD in UTF-8: what was meant can't be known.
        guard !text.utf8.contains(0xEF) || !text.unicodeScalars.contains("\u{FFFD}") else {
            throw Problem(.badRequest, "the request target is not UTF-8; percent-encode it")
        }
        // A fragment is for the client alone (RFC 9112, 3.2).
        guard !text.utf8.contains(UInt8(ascii: "#")) else {
            throw Problem(.badRequest, "the request target must have no fragment; '#' in a value is written as %23")
        }
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "/") {
            self.authority = nil
        } else {
            (self.authority, rest) = try Self.parts(ofAbsolute: rest)
        }
        let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        let path = ByteString(rest[..<mark])
        self.path = path.isEmpty ? "/" : path
        self.query = try QueryItems(ByteString(rest[mark...].dropFirst()))
    }

    /// The authority of a target in absolute form, and what follows it; `*` has none.
    private static func parts(
        ofAbsolute text: Substring.UTF8View
    ) throws(Problem) -> (authority: String?, rest: Substring.UTF8View) {
        if ByteString(text) == "*" { return (nil, text) }
        let schemes: [ByteString] = ["http://", "https://"]
        guard let scheme = schemes.first(where: { ByteString(text.prefix($0.count)).equalsIgnoringCase($0) }) else {
            throw Problem(.badRequest, "the request target must be a path that starts with '/'")
        }
        let rest = text.dropFirst(scheme.count)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        let authority = ByteString(rest[..<(end ?? rest.endIndex)])
        guard Authority.isValid(authority) else {
            throw Problem(.badRequest, "the request target must name a host, and maybe a port, after '://'")
        }
        return (authority.string, rest[(end ?? rest.endIndex)...])
    }
}
