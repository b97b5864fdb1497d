public import NIOCore

/// A duration as people write it: `500ms`, `30s`, `10m`, `1h`, `7d`, or several of them, largest first: `1h30m`.
public struct DurationText: Hashable, Sendable {
    /// What is accepted, for error messages.
    public static let accepted = "500ms, 30s, 10m, 1h, 7d, 1h30m"
    /// The longest duration, in milliseconds: a hundred years.
    static let maximumMilliseconds = 36_525 * 86_400_000

    private static let units: [(name: String, milliseconds: Int)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// The duration, in milliseconds.
    public let milliseconds: Int

    /// The duration as NIO counts it.
    public var timeAmount: TimeAmount { .milliseconds(Int64(self.milliseconds)) }

    /// Writes a duration.
    public init(_ amount: TimeAmount) {
        self.milliseconds = Int(amount.nanoseconds / 1_000_000)
    }

    /// Reads a duration; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        var rest = text.utf8[...]
        var total = 0
        var units = Self.units[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { !(0x30...0x39).contains($0) }
            rest = rest.dropFirst(name.count)
            guard !digits.isEmpty, digits.count <= 15, let number = Int(String(decoding: digits, as: UTF8.self)),
                let index = units.firstIndex(where: { $0.name.utf8.elementsEqual(name) })
            else { return nil }
            let (value, overflow) = number.multipliedReportingOverflow(by: units[index].milliseconds)
            guard !overflow, value <= Self.maximumMilliseconds else { return nil }
            total += value
            units = units[(index + 1)...]
        }
        guard total <= Self.maximumMilliseconds else { return nil }
        self.milliseconds = total
    }

    /// The shortest text for the duration.
    public var text: String {
        guard self.milliseconds > 0 else { return "0s" }
        var rest = self.milliseconds
        var text = ""
        for unit in Self.units {
            let (count, remainder) = rest.quotientAndRemainder(dividingBy: unit.milliseconds)
            if count > 0 { text += "\(count)\(unit.name)" }
            rest = remainder
        }
        return text
    }
}
