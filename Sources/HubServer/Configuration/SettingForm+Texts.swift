import ByteStrings

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
