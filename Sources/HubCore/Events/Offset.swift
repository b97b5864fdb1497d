/// A position in the order of all events of one partition and epoch: milliseconds and a sequence in one number.
///
/// The upper 44 bits are milliseconds since 1970, the lower 20 the sequence within that millisecond. Redis streams
/// write the same pair as `ms-seq`.
public struct Offset: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number of bits that hold the sequence.
    public static let sequenceBits: UInt64 = 20
    /// The highest sequence of one millisecond.
    public static let maximumSequence: UInt64 = (1 << sequenceBits) - 1
    /// The highest number of milliseconds.
    public static let maximumMilliseconds: UInt64 = (1 << 44) - 1
    /// The position before every event.
    public static let zero = Offset(rawValue: 0)
    /// The position that no event is after.
    public static let maximum = Offset(rawValue: .max)

    /// Milliseconds and sequence in one number, which orders as they do.
    public let rawValue: UInt64

    /// Makes an offset of the combined number.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Makes an offset of its two parts; `nil` if one is out of its range.
    /// - Parameters:
    ///   - milliseconds: Since 1970, less than 2⁴⁴.
    ///   - sequence: Less than 2²⁰.
    public init?(milliseconds: UInt64, sequence: UInt64) {
        guard milliseconds <= Self.maximumMilliseconds, sequence <= Self.maximumSequence else { return nil }
        self.rawValue = milliseconds << Self.sequenceBits | sequence
    }

    /// The position right before every event of a time and later.
    /// - Parameter milliseconds: Since 1970; the last position of all if that can't be told.
    init(before milliseconds: UInt64) {
        self = Offset(milliseconds: milliseconds, sequence: 0)?.predecessor ?? .maximum
    }

    /// Reads the form of Redis streams, `ms-seq`; `nil` for anything else.
    public init?(streamID: some StringProtocol) {
        let bytes = streamID.utf8
        guard let dash = bytes.firstIndex(of: UInt8(ascii: "-")),
            let milliseconds = UInt64(plainDecimal: bytes[..<dash]),
            let sequence = UInt64(plainDecimal: bytes[bytes.index(after: dash)...])
        else { return nil }
        self.init(milliseconds: milliseconds, sequence: sequence)
    }

    /// Milliseconds since 1970.
    public var milliseconds: UInt64 { self.rawValue >> Self.sequenceBits }

    /// The sequence within the millisecond.
    public var sequence: UInt64 { self.rawValue & Self.maximumSequence }

    /// The form of Redis streams, `ms-seq`.
    public var streamID: String { "\(self.milliseconds)-\(self.sequence)" }

    /// The position right before an event with this offset.
    public var predecessor: Offset { Offset(rawValue: self.rawValue == 0 ? 0 : self.rawValue - 1) }

    public var description: String { self.streamID }

    public static func < (left: Offset, right: Offset) -> Bool { left.rawValue < right.rawValue }
}

extension UInt64 {
    /// Reads 1 to 19 decimal digits without a sign or leading zeros, which `UInt64.init` would let pass.
    fileprivate init?(plainDecimal digits: some Collection<UInt8>) {
        guard (1...19).contains(digits.count), digits.first != UInt8(ascii: "0") || digits.count == 1 else {
            return nil
        }
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        self = value
    }
}
