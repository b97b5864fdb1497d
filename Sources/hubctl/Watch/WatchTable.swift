import HubClient

/// The state of a cluster in columns.
struct WatchTable {
    private static let memberHeadings = [
        "MEMBER", "STATE", "STREAMS", "CONNS", "PUB/S", "OUT/S", "BYTES/S", "REQ/S", "5XX/S", "P50", "P99", "LAG99",
        "MEM",
        "CPU", "VERSION",
    ]
    private static let topicHeadings = ["TOPIC", "SUBSCRIBERS", "EVENTS", "LATEST"]

    private let status: ClusterStatus

    init(_ status: ClusterStatus) {
        self.status = status
    }

    /// The lines: nothing that a hub or a publisher wrote is in them as it is.
    /// - Parameters:
    ///   - title: What stands above.
    ///   - width: How many characters a line may have.
    ///   - height: How many lines there may be.
    ///   - isTerminal: Whether headings are set off.
    func lines(title: String, width: Int, height: Int, isTerminal: Bool) -> [String] {
        let title = "\(self.status.readyCount) of \(self.status.members.count) members ready  \(title)"
        var lines = [title, ""] + Self.aligned([Self.memberHeadings] + self.memberRows)
        lines += self.status.members.compactMap { member in
            member.problem.map { "\(EscapedText.line(member.url)): \(EscapedText.line($0))" }
        }
        lines.append("")
        let topicStart = lines.count
        if let problem = self.status.topicProblem {
            lines.append("topics: \(EscapedText.line(problem))")
        } else {
            lines += Self.aligned([Self.topicHeadings] + self.status.topics.prefix(max(0, height)).map(Self.row))
            if self.status.hasMoreTopics { lines.insert("of the first topics by name", at: topicStart) }
        }
        return lines.prefix(height).enumerated().map { index, line in
            let isHeading = index == 2 || (index == topicStart && self.status.topicProblem == nil)
            let line = String(line.prefix(width))
            return isHeading ? Style.heading.applied(to: line, isTerminal: isTerminal) : line
        }
    }

    private var memberRows: [[String]] {
        let rows = self.status.members.map { member in
            [EscapedText.line(member.url), member.state] + Self.cells(member.figures)
        }
        let figures = self.status.members.compactMap(\.figures)
        guard figures.count > 1 else { return rows }
        return rows + [["all", ""] + Self.totals(figures)]
    }

    private static func cells(_ figures: MemberStatus.Figures?) -> [String] {
        guard let figures else { return self.memberHeadings.dropFirst(2).map { _ in "-" } }
        return [
            figures.streams.formatted(0), figures.connections.formatted(0), figures.published.short,
            figures.delivered.short, figures.bytes.short, figures.requests.short, figures.failures.short,
            self.time(figures.latency.seconds(0.5)), self.time(figures.latency.seconds(0.99)),
            self.time(figures.lag.seconds(0.99)), figures.memory.short, figures.processors.formatted(2),
            EscapedText.line(figures.version),
        ]
    }

    private static func totals(_ all: [MemberStatus.Figures]) -> [String] {
        let sum = { (part: (MemberStatus.Figures) -> Double) in all.reduce(0) { $0 + part($1) } }
        let latency = Percentiles.sum(all.map(\.latency))
        return [
            sum(\.streams).formatted(0), sum(\.connections).formatted(0), sum(\.published).short,
            sum(\.delivered).short,
            sum(\.bytes).short, sum(\.requests).short, sum(\.failures).short, self.time(latency.seconds(0.5)),
            self.time(latency.seconds(0.99)), self.time(Percentiles.sum(all.map(\.lag)).seconds(0.99)),
            sum(\.memory).short, sum(\.processors).formatted(2), "",
        ]
    }

    private static func row(_ topic: TopicStatus) -> [String] {
        [topic.topic, "\(topic.subscribers)", "\(topic.events)", topic.latest ?? "-"].map(EscapedText.line)
    }

    private static func time(_ seconds: Double?) -> String {
        guard let seconds else { return "-" }
        return seconds < 1 ? "\((seconds * 1000).formatted(1))ms" : "\(seconds.formatted(1))s"
    }

    /// Text to the left, numbers to the right.
    private static func aligned(_ rows: [[String]]) -> [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).enumerated().map { index, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 || index == row.count - 1 ? cell.0 + space : space + cell.0
            }
            var line = cells.joined(separator: "  ")
            while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
            return line
        }
    }
}

extension Double {
    /// The number with a unit of 1,000s, so that it keeps to a few characters.
    fileprivate var short: String {
        let units = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
        guard let (size, name) = units.first(where: { self >= $0.0 }) else {
            return self.formatted(self < 10 && self != self.rounded() ? 1 : 0)
        }
        return "\((self / size).formatted(1))\(name)"
    }
}
