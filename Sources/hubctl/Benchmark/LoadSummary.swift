import HubLoad

/// What a load amounted to, for a person and for `awk` alike.
struct LoadSummary {
    private let report: LoadReport

    init(_ report: LoadReport) {
        self.report = report
    }

    /// The state of things while it runs.
    var line: String {
        let group = self.report.groups[0]
        return "\(self.report.seconds.formatted(0)) s  published \(self.report.published.requests)"
            + "  delivered \(group.received)  p99 \(group.latency.milliseconds(99).formatted(1)) ms"
    }

    /// The result, a line for each thing.
    var text: String {
        let group = self.report.groups[0]
        let published = self.report.published
        return """
            published  \(published.requests) requests, \(published.rate.formatted(1)) a second, \(published.failures) failed
            answered   p50 \(published.latency.milliseconds(50).formatted(2)) ms, \
            p99 \(published.latency.milliseconds(99).formatted(2)) ms
            delivered  \(group.received) of \(group.expected), \(self.rate.formatted(0)) a second
            lost       \(group.lost)
            repeated   \(group.repeated)
            closed     \(self.report.closed)
            latency    p50 \(group.latency.milliseconds(50).formatted(2)) ms, p90 \(group.latency.milliseconds(90).formatted(2)) ms, \
            p99 \(group.latency.milliseconds(99).formatted(2)) ms, p99.9 \(group.latency.milliseconds(99.9).formatted(2)) ms, \
            max \(group.latency.milliseconds(100).formatted(2)) ms

            """
    }

    private var rate: Double {
        self.report.seconds > 0 ? Double(self.report.received) / self.report.seconds : 0
    }
}

/// Not everything arrived exactly once.
struct IncompleteDelivery: Error, CustomStringConvertible {
    let description: String

    init(_ report: LoadReport) {
        var parts: [String] = []
        if report.lost > 0 { parts.append("\(report.lost) of \(report.expected) deliveries were lost") }
        if report.repeated > 0 { parts.append("\(report.repeated) came more than once") }
        if report.closed > 0 { parts.append("\(report.closed) streams ended early") }
        if report.published.failures > 0 {
            parts.append("\(report.published.failures) publishes failed (\(report.published.failure ?? ""))")
        }
        self.description = parts.joined(separator: "; ")
    }
}
