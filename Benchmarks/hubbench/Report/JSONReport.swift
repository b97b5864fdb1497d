import Foundation

/// The results for programs: every single value, under stable names.
struct JSONReport: Encodable {
    struct Row: Encodable {
        let name: String
        let title: String
        let measures: [Measured]
    }

    struct Measured: Encodable {
        let measure: String
        let unit: String
        /// The values by contender, one for each round.
        let values: [String: [Double]]
        let medians: [String: Double]
        /// The median of the rounds' ratios.
        let hubToFloor: Double?
    }

    let machine: Machine
    let command: String
    let rows: [Row]

    init(_ results: [RowResult], on machine: Machine, command: String) {
        self.machine = machine
        self.command = command
        self.rows = results.map { result in
            Row(
                name: result.row.name, title: result.row.title,
                measures: result.measures.map { Self.measured($0, in: result) })
        }
    }

    private static func measured(_ measure: Measure, in result: RowResult) -> Measured {
        var values: [String: [Double]] = [:]
        var medians: [String: Double] = [:]
        for (contender, samples) in result.samples {
            values[contender.rawValue] = samples[measure]?.values
            medians[contender.rawValue] = samples[measure]?.median
        }
        return Measured(
            measure: measure.rawValue, unit: measure.unit, values: values, medians: medians,
            hubToFloor: result.ratio(of: measure)?.median)
    }

    /// The text of a file.
    func data() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
