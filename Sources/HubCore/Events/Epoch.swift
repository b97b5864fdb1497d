/// Names one unbroken history of a partition: offsets of different epochs can't be compared.
///
/// A new epoch begins when the state is made anew, or when it turns out to be older than what a hub has already seen.
/// The upper 52 bits are microseconds since 1970 when it began, the lower 12 entropy, so that epochs of one server rise.
public struct Epoch: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The 64 bits that name the epoch.
    public let rawValue: UInt64

    /// Makes an epoch of its 64 bits.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Reads 16 lower-case hexadecimal digits; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard let value = UInt64(fixedHex: text.utf8) else { return nil }
        self.rawValue = value
    }

    /// 16 lower-case hexadecimal digits.
    public var description: String { self.rawValue.fixedHex }

    public static func < (left: Epoch, right: Epoch) -> Bool { left.rawValue < right.rawValue }
}

extension UInt64 {
    /// Reads exactly 16 lower-case hexadecimal digits.
    init?(fixedHex digits: some Collection<UInt8>) {
        guard digits.count == 16 else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        self = value
    }

    /// 16 lower-case hexadecimal digits.
    var fixedHex: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
