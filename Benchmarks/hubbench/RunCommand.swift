import ArgumentParser
import Foundation
import HubLoad

/// `hubbench run`: measures, and writes what it found.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract:
            "Measure some rows or all, in rounds; prints a Markdown table and writes results.md, .json and chart.svg.",
        discussion: "Rows: " + Row.all.map { "\($0.name) (\($0.title))" }.joined(separator: "; ") + ".")

    @Option(help: "The hub's binary, built for release.", completion: .file()) var hub = ".build/release/hub"
    @Option(help: "A binary of rawfan.c, another floor, which listens on the port that is its argument.")
    var rawfan: String?
    @Option(help: "Which rows, with commas between; a name's beginning stands for all that begin so. Default: all.")
    var rows: String?
    @Option(help: "For how many seconds each measurement publishes.") var seconds = 10.0
    @Option(help: "How often each row is measured of each contender, in turns.") var rounds = 5
    @Option(help: "The folder for the results.", completion: .directory) var output = "bench-results"
    @Flag(help: "Leave nginx out, though it is installed.") var withoutPeers = false

    func validate() throws {
        guard self.seconds >= 1, self.rounds >= 1 else {
            throw ValidationError("--seconds and --rounds are at least 1")
        }
        guard FileManager.default.isExecutableFile(atPath: self.hub) else {
            throw ValidationError("--hub: there is no program '\(self.hub)'; build it with make bench")
        }
        _ = try self.chosenRows()
    }

    func run() async throws {
        let bench = try Workbench(
            hub: self.hub, rawfan: self.rawfan, seconds: self.seconds, tokens: try await SignedTokens(2000))
        var results: [RowResult] = []
        for row in try self.chosenRows() {
            guard !row.needsRedis || bench.hasRedis else {
                self.tell("\(row.name): left out, since redis-server is not installed")
                continue
            }
            if let program = row.needsPrograms.first(where: { !bench.has(program: $0) }) {
                self.tell("\(row.name): left out, since \(program) is not installed")
                continue
            }
            results.append(try self.measure(row, on: bench))
            try self.write(results)
        }
        print(self.markdown(results), terminator: "")
        self.tell("\(self.output)/results.md, results.json and chart.svg were written")
    }

    private func chosenRows() throws -> [Row] {
        guard let names = self.rows?.split(separator: ",") else { return Row.all }
        for name in names where !Row.all.contains(where: { $0.name.hasPrefix(name) }) {
            let known = Row.all.map(\.name).joined(separator: ", ")
            throw ValidationError("--rows: there is no row '\(name)'; there are \(known)")
        }
        return Row.all.filter { row in names.contains { row.name.hasPrefix($0) } }
    }

    /// In turns, so that what changes on the machine meanwhile changes it for all.
    private func measure(_ row: Row, on bench: Workbench) throws -> RowResult {
        var result = RowResult(row)
        for round in 1...self.rounds {
            for contender in row.contenders where bench.has(contender) {
                guard contender != .nchan || !self.withoutPeers else { continue }
                let figures = try row.measure(contender, bench)
                result.add(figures, of: contender)
                self.tell(Self.line(row, round, contender, figures))
            }
        }
        return result
    }

    private func write(_ results: [RowResult]) throws {
        try FileManager.default.createDirectory(atPath: self.output, withIntermediateDirectories: true)
        let folder = URL(fileURLWithPath: self.output)
        try Data(self.markdown(results).utf8).write(to: folder.appendingPathComponent("results.md"))
        try JSONReport(results, on: Machine(), command: self.command).data()
            .write(to: folder.appendingPathComponent("results.json"))
        guard let chart = Chart(results).svg else { return }
        try Data(chart.utf8).write(to: folder.appendingPathComponent("chart.svg"))
    }

    private func markdown(_ results: [RowResult]) -> String {
        MarkdownReport(results, on: Machine(), command: self.command).text
    }

    /// What gives these figures again.
    private var command: String {
        let rows = self.rows.map { " --rows \($0)" } ?? ""
        return "make bench ARGS='--seconds \(String(format: "%g", self.seconds)) --rounds \(self.rounds)\(rows)'"
    }

    private func tell(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }

    private static func line(_ row: Row, _ round: Int, _ contender: Contender, _ figures: Row.Figures) -> String {
        let values = Measure.allCases.compactMap { measure in
            figures[measure].map { "\(measure.rawValue) \(String(format: "%.\(measure.digits)f", $0)) \(measure.unit)" }
        }
        return "\(row.name) round \(round) \(contender.title): \(values.joined(separator: ", "))"
    }
}
