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
        // The parser replaces bytes that are not UTF-8 by U+FFFD: what was meant can't be known.
        guard !text.unicodeScalars.contains("\u{FFFD}") else {
            throw Problem(.badRequest, "the request target is not UTF-8; percent-encode it")
        }
        var rest = text[...]
        let start = text.prefix(8).lowercased()
        if let scheme = ["http://", "https://"].first(where: { start.hasPrefix($0) }) {
            rest = rest.dropFirst(scheme.count)
            rest = rest[(rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex)...]
            if !rest.hasPrefix("/") { rest = "/" + rest }
        }
        guard rest.hasPrefix("/") || rest == "*" else {
            throw Problem(.badRequest, "the request target must be a path that starts with '/'")
        }
        rest = rest.prefix { $0 != "#" }
        let mark = rest.firstIndex(of: "?") ?? rest.endIndex
        self.path = String(rest[..<mark])
        self.query = try QueryItems(rest[mark...].dropFirst())
    }
}
