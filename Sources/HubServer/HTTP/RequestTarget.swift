import NIOHTTP1

/// The path and the query of a request target (RFC 9112, 3.2).
struct RequestTarget: Hashable {
    let path: String
    let query: QueryItems

    /// Reads a target in origin form, in absolute form, or `*`.
    /// - Parameters:
    ///   - text: The target.
    ///   - limit: The most bytes it may have.
    init(_ text: String, limit: Int) throws(Problem) {
        guard text.utf8.count <= limit else { throw .targetTooLong(limit: limit) }
        // The parser replaces bytes that are not UTF-8 by U+FFFD, EF BF BD in UTF-8: what was meant can't be known.
        guard !text.utf8.contains(0xEF) || !text.unicodeScalars.contains("\u{FFFD}") else {
            throw Problem(.badRequest, "the request target is not UTF-8; percent-encode it")
        }
        var rest = text.utf8.first == UInt8(ascii: "/") ? text.utf8[...] : Self.withoutAuthority(text).utf8
        guard rest.first == UInt8(ascii: "/") || rest.elementsEqual("*".utf8) else {
            throw Problem(.badRequest, "the request target must be a path that starts with '/'")
        }
        rest = rest.prefix { $0 != UInt8(ascii: "#") }
        let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        self.path = String(Substring(rest[..<mark]))
        self.query = try QueryItems(Substring(rest[mark...].dropFirst()))
    }

    /// What stands after the scheme and the authority of a target in absolute form; any other as it is.
    private static func withoutAuthority(_ text: String) -> Substring {
        let start = text.prefix(8).lowercased()
        guard let scheme = ["http://", "https://"].first(where: { start.hasPrefix($0) }) else { return text[...] }
        let rest = text.dropFirst(scheme.count)
        let path = rest[(rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex)...]
        return path.hasPrefix("/") ? path : "/" + path
    }
}
