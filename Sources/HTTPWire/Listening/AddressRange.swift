public import ByteStreams

/// A range of addresses in CIDR notation (RFC 4632): `10.0.0.0/8`, `2001:db8::/32`, or a single address.
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// The range as it was written.
    public let description: String
    private let first: ClientAddress
    private let bits: Int

    /// Reads a range; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = ClientAddress(parts[0]) else { return nil }
        let isIPv4 = !parts[0].contains(":")
        let width = isIPv4 ? 32 : 128
        var bits = width
        if parts.count == 2 {
            guard let number = Int(parts[1]), (0...width).contains(number) else { return nil }
            bits = number
        }
        self.description = text
        self.first = address
        self.bits = isIPv4 ? bits + 96 : bits
    }

    /// Whether an address is in the range.
    public func contains(_ address: ClientAddress) -> Bool {
        let high = Self.mask(self.bits)
        let low = Self.mask(self.bits - 64)
        return address.high & high == self.first.high & high && address.low & low == self.first.low & low
    }

    private static func mask(_ bits: Int) -> UInt64 {
        bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits))
    }
}
