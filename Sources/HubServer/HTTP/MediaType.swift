/// What a `Content-Type` field says, as far as it matters here (RFC 9110, 8.3.1).
struct MediaType: Hashable {
    /// The type and subtype in lower case; empty if there is none.
    let name: String
    /// Whether the text is UTF-8, or the field does not say.
    let isUTF8: Bool

    init(_ field: String) {
        let parts = field.lowercased().split(separator: ";").map { part in part.filter { $0 != " " && $0 != "\t" } }
        self.name = parts.first ?? ""
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }?.dropFirst("charset=".count)
        self.isUTF8 = charset.map { ["utf-8", "\"utf-8\"", "utf8"].contains($0) } ?? true
    }
}
