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

extension MediaType {
    /// Whether an `Accept` field allows a media type (RFC 9110, 12.5.1). No field allows everything.
    static func accepts(_ type: String, _ fields: [String]) -> Bool {
        // What nearly every client sends.
        if fields.isEmpty || fields.contains(where: { $0 == type || $0 == "*/*" }) { return true }
        let ranges = fields.flatMap { $0.lowercased().split(separator: ",") }.map { range in
            range.split(separator: ";").map { part in String(part.filter { $0 != " " && $0 != "\t" }) }
        }
        let allowed = ranges.filter { parts in
            !parts.dropFirst().contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains($0) }
        }
        let family = type.prefix { $0 != "/" } + "/*"
        return allowed.contains { $0.first == "*/*" || $0.first == String(family) || $0.first == type }
    }
}
