/// Writes metrics in the text format of Prometheus, version 0.0.4.
enum MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func text(_ metrics: [Metric]) -> String {
        var text = ""
        for metric in metrics {
            text += "# HELP \(metric.name) \(self.escaped(metric.help))\n"
            text += "# TYPE \(metric.name) \(metric.kind.rawValue)\n"
            for sample in metric.samples {
                text += "\(metric.name)\(sample.suffix)\(self.labels(sample.labels)) \(self.number(sample.value))\n"
            }
        }
        return text
    }

    private static func labels(_ labels: KeyValuePairs<String, String>) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { name, value in "\(name)=\"\(self.escapedLabel(value))\"" }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    private static func number(_ value: Double) -> String {
        // Whole numbers are written without a fraction, as people expect of a count.
        guard let whole = Int(exactly: value) else { return String(value) }
        return String(whole)
    }

    private static func escaped(_ text: String) -> String {
        text.map { $0 == "\\" ? "\\\\" : $0 == "\n" ? "\\n" : String($0) }.joined()
    }

    private static func escapedLabel(_ text: String) -> String {
        self.escaped(text).map { $0 == "\"" ? "\\\"" : String($0) }.joined()
    }
}
