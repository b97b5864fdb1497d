import ArgumentParser

/// A time as it is written in an argument: `500ms`, `10s`, `5m`, `1h`; a day at most.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
    private static let units = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)]

    let seconds: Double

    init(seconds: Double) {
        self.seconds = seconds
    }

    init?(argument: String) {
        let unit = Self.units.first { argument.hasSuffix($0.0) }
        guard let unit, let count = Double(argument.dropLast(unit.0.count)), count > 0, count * unit.1 <= 86_400 else {
            return nil
        }
        self.seconds = count * unit.1
    }

    var duration: Duration { .milliseconds(Int64((self.seconds * 1000).rounded(.up))) }

    var description: String {
        self.seconds < 1 ? "\((self.seconds * 1000).formatted(0))ms" : "\(self.seconds.formatted(0))s"
    }
    var defaultValueDescription: String { self.description }
}

extension Double {
    /// The number with so many digits after the point.
    func formatted(_ digits: Int) -> String {
        guard self.isFinite, abs(self) < 1e15 else { return "\(self)" }
        let scale = [1.0, 10, 100, 1000][min(digits, 3)]
        let scaled = (self * scale).rounded()
        guard digits > 0 else { return String(Int(scaled)) }
        let fraction = String(Int(abs(scaled).truncatingRemainder(dividingBy: scale)))
        let sign = self < 0 && scaled != 0 ? "-" : ""
        return "\(sign)\(Int(abs(scaled) / scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }
}
