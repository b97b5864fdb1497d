#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The address of a hub, checked, and what makes the address of a resource from it.
struct HubEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// `http://HOST[:PORT][/PREFIX]`, without a slash at its end.
    let base: String

    init(_ text: String) throws(HubClientError) {
        let help = "'\(text)' is not a hub's address: give http://HOST[:PORT][/PATH] or https://…"
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty, parts.query == nil,
            parts.fragment == nil, parts.user == nil, parts.password == nil,
            // A client of HTTP may trap on another port.
            (1...65_535).contains(parts.port ?? 80)
        else { throw .invalidArgument(help) }
        var base = text[...]
        while base.last == "/" { base.removeLast() }
        self.base = String(base)
    }

    /// The address of a resource.
    /// - Parameters:
    ///   - path: The path, beginning with a slash.
    ///   - query: Names and values, not yet encoded.
    func url(_ path: String, _ query: [(String, String)] = []) -> String {
        guard !query.isEmpty else { return self.base + path }
        return self.base + path + "?" + Self.form(query)
    }

    /// Names and values as a query or a form has them (`application/x-www-form-urlencoded`).
    static func form(_ items: [(String, String)]) -> String {
        items.map { "\($0.percentEncoded)=\($1.percentEncoded)" }.joined(separator: "&")
    }

    var description: String { self.base }
}

extension String {
    /// The text with everything but RFC 3986's unreserved characters as `%XX`.
    fileprivate var percentEncoded: String {
        var encoded = ""
        for byte in self.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += byte < 16 ? "%0" : "%"
                encoded += String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
