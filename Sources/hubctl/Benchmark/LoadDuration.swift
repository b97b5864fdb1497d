import ArgumentParser

/// For how long a load is made, as it is written: `500ms`, `10s`, `5m`.
struct LoadDuration: ExpressibleByArgument, CustomStringConvertible {
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

    var description: String { "\(self.seconds.formatted(0))s" }
    var defaultValueDescription: String { self.description }
}
