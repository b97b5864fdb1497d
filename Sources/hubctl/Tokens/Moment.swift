#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A time of a token, as people read it.
struct Moment {
    /// The years of ISO 8601, 1 to 9999: beyond them stands a number that means nothing.
    private static let range = -62_135_596_800.0...253_402_300_799.0
    private static let units = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]

    /// Since 1970.
    let seconds: Double

    /// The time.
    static var now: Moment { Moment(seconds: Date().timeIntervalSince1970) }

    /// The same without what is less than a millisecond.
    var toMilliseconds: Moment { Moment(seconds: (self.seconds * 1000).rounded(.down) / 1000) }

    /// By ISO 8601, in UTC; the number itself if no year holds it.
    var text: String {
        guard Self.range.contains(self.seconds) else { return "\(self.seconds)" }
        return Date(timeIntervalSince1970: self.seconds).formatted(.iso8601)
    }

    /// How far it is from another: `in 59m 3s`, `2d 4h ago`; `nil` if no year holds it.
    func distance(from now: Moment) -> String? {
        guard Self.range.contains(self.seconds) else { return nil }
        let difference = Int((self.seconds - now.seconds).rounded())
        guard difference != 0 else { return "now" }
        let text = Self.duration(abs(difference))
        return difference > 0 ? "in \(text)" : "\(text) ago"
    }

    /// The two largest units of it.
    private static func duration(_ seconds: Int) -> String {
        var rest = seconds
        var parts: [String] = []
        for (unit, name) in Self.units where rest >= unit && parts.count < 2 {
            parts.append("\(rest / unit)\(name)")
            rest %= unit
        }
        return parts.joined(separator: " ")
    }
}
