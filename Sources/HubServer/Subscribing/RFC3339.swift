import HTTPWire

/// Times such as `2026-01-31T12:00:00.25+01:00` (RFC 3339, 5.6).
enum RFC3339 {
    /// Reads a time.
    /// - Returns: Milliseconds since 1970; `nil` for anything else, and for times before 1970.
    static func milliseconds(_ text: String) -> UInt64? {
        // In a query `+` is a space, and people forget to write it as %2B: a space can only have been one.
        var rest = Array(text.utf8).map { $0 == UInt8(ascii: " ") ? UInt8(ascii: "+") : $0 }[...]
        guard let year = number(&rest, 4), skip(&rest, "-"), let month = number(&rest, 2), skip(&rest, "-"),
            let day = number(&rest, 2), skip(&rest, "Tt"), let hour = number(&rest, 2), skip(&rest, ":"),
            let minute = number(&rest, 2), skip(&rest, ":"), let second = number(&rest, 2),
            let fraction = fraction(&rest), let zone = zone(&rest), rest.isEmpty,
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = DateField.days(year: year, month: month, day: day)
        guard year >= 1969, DateField.civil(days: max(0, days)) == (year, month, day) || days < 0 else { return nil }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - zone * 60
        return seconds < 0 ? nil : UInt64(seconds) * 1000 + UInt64(fraction)
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func skip(_ rest: inout ArraySlice<UInt8>, _ accepted: String) -> Bool {
        guard let byte = rest.first, accepted.utf8.contains(byte) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// A fraction of a second, in milliseconds.
    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard skip(&rest, ".") else { return 0 }
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let padded = (digits.prefix(3) + [0x30, 0x30]).prefix(3)
        return padded.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// The distance from UTC, in minutes.
    private static func zone(_ rest: inout ArraySlice<UInt8>) -> Int? {
        if skip(&rest, "Zz") { return 0 }
        let isNegative = rest.first == UInt8(ascii: "-")
        guard skip(&rest, "+-"), let hours = number(&rest, 2), skip(&rest, ":"), let minutes = number(&rest, 2),
            hours < 24, minutes < 60
        else { return nil }
        return (isNegative ? -1 : 1) * (hours * 60 + minutes)
    }
}
