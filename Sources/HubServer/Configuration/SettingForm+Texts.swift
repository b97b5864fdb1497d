import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubHooks
import HubTokens

/// Texts that are not just any.
extension SettingForm where Value == String {
    /// No name of a host is longer (RFC 1123, 2.1).
    static var address: Self {
        .text("ADDRESS", "is not an address", accepted: "127.0.0.1, ::1, 0.0.0.0, ::, a host name") { text in
            let address = ByteString(text)
            return address.isVisibleASCII && address.count <= 255 && !address.contains(UInt8(ascii: "/"))
        }
    }

    static var redisPrefix: Self {
        .text("PREFIX", "is not a prefix", accepted: "1 to 64 visible ASCII characters without { and }") { text in
            let prefix = ByteString(text)
            return prefix.isVisibleASCII && prefix.count <= 64 && !prefix.utf8.contains { $0 == 0x7B || $0 == 0x7D }
        }
    }

    /// RFC 6265, 4.1.1.
    static var cookieName: Self {
        .text(
            "NAME", "is not a cookie's name",
            accepted: "hub_token, or another name of 1 to 64 letters, digits, _, - and ."
        ) {
            (1...64).contains($0.utf8.count)
                && $0.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                    default: "_-.".utf8.contains(byte)
                    }
                }
        }
    }

    /// A path that needs no escapes and is none of the hub's own.
    static var freePath: Self {
        .text("PATH", "is not a path that is free", accepted: "/echo, or another path of visible ASCII") { text in
            let path = ByteString(text)
            return path.hasPrefix("/") && path.isVisibleASCII && path.count <= 256 && !RouteTable.paths.contains(text)
                && !path.utf8.contains { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "%") }
        }
    }
}

extension SettingForm where Value == [String] {
    static var paths: Self {
        .list("FILE", "is empty", accepted: "the name of a file") { $0.isEmpty ? nil : $0 }
    }

    static var publishKeys: Self {
        .list("KEY", "is not a key", accepted: PublishKeyFile.acceptedKeys) { PublishKeyFile.isKey($0) ? $0 : nil }
    }

    static var origins: Self {
        let accepted =
            "https://example.org, http://localhost:3000, app://., file://, null, or * alone (no other wildcard)"
        return .list("ORIGIN", "is not an origin", accepted: accepted) { CORSPolicy.accepts($0) ? $0 : nil }
    }

    static var requestFields: Self {
        .list("NAME", "is not a field's name", accepted: "X-Tenant, or another name of a header field") {
            CORSPolicy.accepts(requestField: $0) ? $0 : nil
        }
    }
}

extension SettingForm where Value == [ByteString] {
    /// Texts that must not be empty.
    static func texts(_ placeholder: String) -> Self {
        .list(placeholder, "is empty", accepted: "a text") { $0.isEmpty ? nil : ByteString($0) }
    }
}

extension SettingForm where Value == [TopicPattern] {
    static var topicPatterns: Self {
        .list("PATTERN", "is not a pattern", accepted: "a topic, the beginning of topics and *, or * alone") {
            try? TopicPattern($0)
        }
    }
}

extension SettingForm where Value == [TokenKeySetting] {
    static var tokenKeys: Self {
        Self(kind: .list, placeholder: "ALG[,kid=ID]:SECRET|@FILE") { texts throws(RefusedText) in
            var keys: [TokenKeySetting] = []
            for text in Self.joined(texts) {
                // What follows the colon may be the secret.
                let shown = String(Substring(text.utf8.prefix { $0 != UInt8(ascii: ":") }.prefix(64)))
                guard let key = TokenKeySetting(ByteString(text)) else {
                    throw RefusedText(shown, "is not a token key", accepted: TokenKeySetting.accepted)
                }
                keys.append(key)
            }
            return keys
        }
    }

    /// The environment separates values by commas, of which a key with a name has one of its own.
    private static func joined(_ texts: [String]) -> [String] {
        var joined: [String] = []
        for text in texts {
            if let algorithm = joined.last, ByteString(text).hasPrefix("kid="), !ByteString(algorithm).contains(":") {
                joined[joined.count - 1] = "\(algorithm),\(text)"
            } else {
                joined.append(text)
            }
        }
        return joined
    }
}

extension SettingForm where Value == HookURL {
    static var hookURL: Self {
        Self(placeholder: "URL") { texts throws(RefusedText) in
            guard let url = HookURL(texts[0]) else {
                throw RefusedText(
                    texts[0], "is not an address of an application",
                    accepted: "https://app.example.org/hub, http://localhost:3000/hub")
            }
            return url
        }
    }
}

extension SettingForm where Value == HookSecret {
    static var hookSecret: Self {
        Self(placeholder: "SECRET") { texts throws(RefusedText) in
            guard let secret = HookSecret(texts[0]) else {
                throw RefusedText(
                    "…", "is not a secret",
                    accepted: "whsec_ and 24 to 64 bytes in Base64 (echo whsec_$(openssl rand -base64 32))")
            }
            return secret
        }
    }
}

extension SettingForm where Value == [HTTPField.Name] {
    /// Fields that belong to one connection, or that the hub writes itself, are passed on to nobody (RFC 9110, 7.6.1).
    private static var ownFields: Set<String> {
        [
            "host", "content-length", "content-type", "content-encoding", "accept", "accept-encoding", "connection",
            "expect",
            "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "webhook-id",
            "webhook-signature", "webhook-timestamp",
        ]
    }

    static var hookFields: Self {
        .list("NAME", "can't be passed on", accepted: "cookie, x-session, or another name of a header field") { text in
            HTTPField.Name(text).flatMap { self.ownFields.contains($0.canonicalName) ? nil : $0 }
        }
    }
}

extension SettingForm where Value == String {
    /// A file, or an address.
    static var keySet: Self {
        .text("URL|FILE", "is not an address", accepted: "https://issuer.example/jwks.json, or a file") {
            !HTTPAddress.isMeant(by: $0) || HTTPAddress.isValid($0)
        }
    }
}

extension SettingForm where Value == [AddressRange] {
    static var addressRanges: Self {
        .list(
            "CIDR", "is not a range of addresses", accepted: "10.0.0.0/8, 192.0.2.1, 2001:db8::/32", AddressRange.init)
    }
}

/// A number of bytes as people write it: `65536`, `64k`, `64KiB`, `1MiB`, `10MB`.
///
/// `k`, `M`, `G` and `KiB`, `MiB`, `GiB` count in 1,024s; `kB`, `MB`, `GB` in 1,000s.
struct ByteSize: Hashable {
    static let accepted = "65536, 64k, 1MiB, 10MB"
    private static let units: [String: Int] = [
        "": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
        "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000,
    ]

    let bytes: Int

    /// Reads a size; `nil` for anything else.
    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), let unit = Self.units[text.dropFirst(digits.count).lowercased()] else {
            return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        self.bytes = bytes
    }
    /// The shortest text for a number of bytes.
    static func text(_ bytes: Int) -> String {
        let units = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")]
        guard let (shift, name) = units.first(where: { bytes > 0 && bytes.trailingZeroBitCount >= $0.0 }) else {
            return "\(bytes)"
        }
        return "\(bytes >> shift)\(name)"
    }
}
