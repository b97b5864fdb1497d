import ArgumentParser
import HubLoad

/// How `hubctl bench` prints its result.
enum BenchFormat: String, ExpressibleByArgument, CaseIterable {
    /// A line for each thing, for people.
    case text
    /// One object.
    case json

    /// The result as it is printed.
    func text(of result: BenchResult) -> String {
        switch self {
        case .text: LoadSummary(result.report).text
        case .json: BenchJSON(result).text
        }
    }
}

/// What a bench amounted to.
struct BenchResult {
    let streams: Int
    /// How long it took to open them, in seconds.
    let openingSeconds: Double
    let report: LoadReport
    /// Whether it was ended before its time.
    let isInterrupted: Bool

    /// Whether everything arrived once.
    var isComplete: Bool {
        self.report.lost + self.report.repeated + self.report.published.failures + self.report.closed == 0
    }
}
