/// An origin as browsers send it (RFC 6454, 6.2): a scheme and an authority.
struct Origin: Hashable {
    let scheme: String
    let authority: String

    /// Reads an origin; `nil` for anything else, `null` included.
    init?(_ text: String) {
        let parts = text.lowercased().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].hasPrefix("//") else { return nil }
        let authority = parts[1].dropFirst(2)
        let isPlain = authority.utf8.allSatisfy { byte in
            (0x21...0x7E).contains(byte) && !"/?#@,\"<>\\".utf8.contains(byte)
        }
        guard !authority.isEmpty, isPlain else { return nil }
        self.scheme = String(parts[0])
        self.authority = String(authority)
    }

    /// The authority without its port, and without the brackets of an IPv6 address.
    var host: String {
        if self.authority.hasPrefix("[") { return String(self.authority.dropFirst().prefix { $0 != "]" }) }
        return String(self.authority.prefix { $0 != ":" })
    }

    /// Whether the origin is the one that a request was sent to, by its `Host`. The scheme can't be compared: a proxy
    /// may have ended TLS before the hub.
    func isHost(_ host: String?) -> Bool {
        guard let host = host?.lowercased(), !host.isEmpty else { return false }
        switch self.scheme {
        case "http": return self.isHost(host, defaultPort: ":80")
        case "https": return self.isHost(host, defaultPort: ":443")
        default: return false
        }
    }

    private func isHost(_ host: String, defaultPort: String) -> Bool {
        self.authority == host || self.authority + defaultPort == host || self.authority == host + defaultPort
    }
}
