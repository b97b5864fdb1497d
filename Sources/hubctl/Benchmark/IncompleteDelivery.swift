import HubLoad

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
