public import ByteStrings

/// An origin as browsers send it (RFC 6454, 6.2): a scheme and an authority, both in lower case.
public struct Origin: Hashable {
    /// The scheme.
    public let scheme: ByteString
    /// The host, and maybe a port.
    public let authority: ByteString

    /// Reads an origin; `nil` for anything else, `null` included.
    public init?(_ text: ByteString) {
        let (scheme, rest) = text.lowercasedASCII.cut(at: UInt8(ascii: ":"))
        guard let rest, rest.hasPrefix("//"), Self.isScheme(scheme) else { return nil }
        let authority = rest.dropFirst(2)
        let isPlain = authority.utf8.allSatisfy { byte in
            (0x21...0x7E).contains(byte) && !"/?#@,\"<>\\".utf8.contains(byte)
        }
        guard !authority.isEmpty, isPlain else { return nil }
        self.scheme = scheme
        self.authority = authority
    }

    /// The authority without its port, and without the brackets of an IPv6 address.
    public var host: ByteString {
        if self.authority.hasPrefix("[") { return self.authority.dropFirst().cut(at: UInt8(ascii: "]")).before }
        return self.authority.cut(at: UInt8(ascii: ":")).before
    }

    /// Whether the origin is the one that a request was sent to, by its `Host`. The scheme can't be compared: a proxy
    /// may have ended TLS before the hub.
    public func isHost(_ host: ByteString?) -> Bool {
        guard let host = host?.lowercasedASCII, !host.isEmpty else { return false }
        switch self.scheme {
        case "http": return self.isHost(host, defaultPort: ":80")
        case "https": return self.isHost(host, defaultPort: ":443")
        default: return false
        }
    }

    private func isHost(_ host: ByteString, defaultPort: ByteString) -> Bool {
        self.authority == host || Self.isSame(self.authority, host, defaultPort)
            || Self.isSame(host, self.authority, defaultPort)
    }

    private static func isSame(_ short: ByteString, _ long: ByteString, _ port: ByteString) -> Bool {
        long.count == short.count + port.count && long.hasPrefix(short) && long.hasSuffix(port)
    }

    /// RFC 3986, 3.1.
    private static func isScheme(_ text: ByteString) -> Bool {
        guard let first = text.first, (0x61...0x7A).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x61...0x7A, 0x2B, 0x2D, 0x2E: true
            default: false
            }
        }
    }
}
