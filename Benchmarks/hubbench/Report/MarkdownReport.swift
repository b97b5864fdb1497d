import Foundation

/// The results as a table that can be pasted into a page: medians, with the least and the greatest in parentheses.
struct MarkdownReport {
    private let results: [RowResult]
    private let machine: Machine
    private let command: String

    init(_ results: [RowResult], on machine: Machine, command: String) {
        self.results = results
        self.machine = machine
        self.command = command
    }

    var text: String {
        let contenders = Contender.allCases.filter { contender in
            self.results.contains { $0.contenders.contains(contender) }
        }
        let heading = ["what", "measure"] + contenders.map(\.title) + ["hub : floor", "goal"]
        var lines = [
            "\(self.machine.summary)", "", "    \(self.command)", "", Self.line(heading),
            Self.line(heading.map { _ in "---" }),
        ]
        for result in self.results {
            for (index, measure) in result.measures.enumerated() {
                let title = index == 0 ? "`\(result.row.name)`: \(result.row.title)" : ""
                let values = contenders.map { Self.text(result.samples[$0]?[measure], measure.digits) }
                let ratio = result.row.contenders.contains(.floor) ? result.ratio(of: measure) : nil
                let goal = result.row.goals.first { $0.measure == measure }
                lines.append(
                    Self.line(
                        [title, Self.name(measure)] + values + [Self.text(ratio, 2), goal.map(Self.text) ?? ""]))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ cells: [String]) -> String {
        "| " + cells.joined(separator: " | ") + " |"
    }

    private static func name(_ measure: Measure) -> String {
        measure.unit.isEmpty ? measure.rawValue : "\(measure.rawValue), \(measure.unit)"
    }

    private static func text(_ samples: Samples?, _ digits: Int) -> String {
        guard let samples, !samples.values.isEmpty else { return "" }
        let median = String(format: "%.\(digits)f", samples.median)
        guard samples.values.count > 1 else { return median }
        return "\(median) (" + String(format: "%.\(digits)f–%.\(digits)f", samples.least, samples.greatest) + ")"
    }

    private static func text(_ goal: Row.Goal) -> String {
        let limit = String(format: "%g", goal.limit)
        return goal.isRatio ? "≤ \(limit) × floor" : "≤ \(limit)"
    }
}
