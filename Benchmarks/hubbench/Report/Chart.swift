import Foundation

/// The rows with deliveries as a drawing: CPU per delivery above, tail latency below, a bar for each contender.
struct Chart {
    private static let colors: [Contender: String] = [
        .hub: "#2f6fde", .hubOfOneLoop: "#7fa9ef", .floor: "#8d97a5", .parallelFloor: "#abb4c0", .rawfan: "#c9ced6",
        .nchan: "#e08a2e",
    ]
    private static let barHeight = 16
    private static let labelWidth = 150
    private static let plotWidth = 420
    private static let width = 720

    private let results: [RowResult]

    init(_ results: [RowResult]) {
        self.results = results
    }

    /// The drawing; `nil` if there is nothing to draw.
    var svg: String? {
        var y = 56
        var body = self.legend
        for measure in [Measure.cpuPerDelivery, .cpuPerEvent, .tailLatency] {
            let rows = self.results.filter { $0.measures.contains(measure) }
            guard !rows.isEmpty else { continue }
            body += self.panel(measure, rows, &y)
        }
        guard y > 56 else { return nil }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(y)" viewBox="0 0 \(Self.width) \(y)" \
            font-family="system-ui, sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="#ffffff"/>
            \(body)</svg>

            """
    }

    private var legend: String {
        let contenders = Contender.allCases.filter { contender in
            self.results.contains { $0.contenders.contains(contender) }
        }
        return contenders.enumerated().map { index, contender in
            let x = 16 + index * (Self.width - 16) / contenders.count
            return Self.bar(x, 16, 12, contender) + Self.text(x + 18, 28, contender.title)
        }.joined()
    }

    /// One measure of all rows that have it, to one scale.
    private func panel(_ measure: Measure, _ rows: [RowResult], _ y: inout Int) -> String {
        let greatest = rows.flatMap { $0.samples.values.compactMap { $0[measure]?.median } }.max() ?? 0
        var text = Self.text(16, y + 12, "\(measure.rawValue), \(measure.unit): medians, less is better", weight: 600)
        y += 28
        for row in rows {
            text += Self.text(16, y + 12, row.row.name)
            for contender in row.contenders {
                guard let median = row.samples[contender]?[measure]?.median else { continue }
                let length = greatest > 0 ? max(1, Int(median / greatest * Double(Self.plotWidth))) : 1
                text += Self.bar(Self.labelWidth, y, length, contender)
                text += Self.text(
                    Self.labelWidth + length + 6, y + 12, String(format: "%.\(measure.digits)f", median))
                y += Self.barHeight
            }
            y += 10
        }
        y += 14
        return text
    }

    private static func bar(_ x: Int, _ y: Int, _ width: Int, _ contender: Contender) -> String {
        let color = self.colors[contender] ?? "#000000"
        return "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(self.barHeight - 3)\" fill=\"\(color)\"/>\n"
    }

    private static func text(_ x: Int, _ y: Int, _ text: String, weight: Int = 400) -> String {
        "<text x=\"\(x)\" y=\"\(y)\" font-weight=\"\(weight)\" fill=\"#1f2430\">\(text)</text>\n"
    }
}
