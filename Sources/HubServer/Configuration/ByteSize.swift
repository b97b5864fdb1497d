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
