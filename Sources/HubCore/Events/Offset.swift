/// A position in the order of all events of one partition and epoch: milliseconds and a sequence in one number.
///
/// The upper 44 bits are milliseconds since 1970, the lower 20 the sequence within that millisecond. Redis streams
/// write the same pair as `ms-seq`. The upper half of the sequence is the tag of the reign that gave the offset, the same for all
/// offsets of a millisecond.
public struct Offset: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number of bits that hold the sequence.
    public static let sequenceBits: UInt64 = 20
    /// The number of bits of the sequence that count; those above them are the tag.
    public static let countBits: UInt64 = 10
    /// The number of tags.
    public static let tagCount: UInt64 = 1 << (sequenceBits - countBits)
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

    /// The position right before every event of a time and later, which no reign has given.
    /// - Parameter milliseconds: Since 1970; the last position of all if that can't be told.
    init(before milliseconds: UInt64) {
        guard let first = Offset(milliseconds: milliseconds, sequence: 0) else {
            self = .maximum
            return
        }
        self.init(rawValue: first.rawValue - min(1, first.rawValue))
    }

    /// Makes the last offset that a reign can give in a millisecond.
    init(lastOf milliseconds: UInt64, tag: UInt64) {
        self.rawValue = milliseconds << Self.sequenceBits | (tag + 1) << Self.countBits - 1
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

    /// Which reign gave it.
    public var tag: UInt64 { self.sequence >> Self.countBits }

    /// The position right before an event with this offset, which is one of the same reign.
    public var predecessor: Offset {
        if self.rawValue & ((1 << Self.countBits) - 1) > 0 { return Offset(rawValue: self.rawValue - 1) }
        guard self.milliseconds > 0 else { return .zero }
        return Offset(lastOf: self.milliseconds - 1, tag: self.tag)
    }

    /// The offset that a reign gives after this one of its own.
    /// - Parameter now: Milliseconds since 1970.
    func successor(now: UInt64) -> Offset {
        let first = self.tag << Self.countBits
        if now > self.milliseconds { return Offset(rawValue: now << Self.sequenceBits | first) }
        let isLast = self == Offset(lastOf: self.milliseconds, tag: self.tag)
        return Offset(
            rawValue: isLast ? (self.milliseconds + 1) << Self.sequenceBits | first : self.rawValue + 1)
    }

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
