#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An `http://` or `https://` address that an operator has set, and that the hub sends requests to.
public enum HTTPAddress {
    /// Whether a text is one: with a host, a port that there can be, and no fragment. A client of HTTP may trap on another port.
    public static func isValid(_ text: String) -> Bool {
        guard self.isMeant(by: text), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let parts = URLComponents(string: text), parts.fragment == nil
        else { return false }
        return parts.host?.isEmpty == false && (1...65_535).contains(parts.port ?? 80)
    }

    /// Whether a text is to be one.
    public static func isMeant(by text: String) -> Bool {
        text.utf8.starts(with: "https://".utf8) || text.utf8.starts(with: "http://".utf8)
    }

    /// An address without what secrets may stand in: user, password and query.
    public static func masking(_ text: String) -> String {
        guard var parts = URLComponents(string: text) else { return "the address" }
        (parts.user, parts.password, parts.query, parts.fragment) = (nil, nil, nil, nil)
        return parts.string ?? "the address"
    }
}
