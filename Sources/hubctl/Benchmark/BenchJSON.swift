import HubLoad

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The result of a bench as JSON. Times are in seconds, rates in a second.
struct BenchJSON: Encodable {
    private struct Published: Encodable {
        let requests: Int
        let failed: Int
        let rate: Double
        let answered: [String: Double]
    }

    private struct Delivered: Encodable {
        let events: Int
        let expected: Int
        let lost: Int
        let repeated: Int
        let rate: Double
        let latency: [String: Double]
    }

    private let streams: Int
    private let opening: Double
    private let seconds: Double
    private let published: Published
    private let delivered: Delivered
    private let closed: Int
    private let complete: Bool
    private let interrupted: Bool

    init(_ result: BenchResult) {
        let report = result.report
        self.streams = result.streams
        self.opening = result.openingSeconds
        self.seconds = report.seconds
        self.published = Published(
            requests: report.published.requests, failed: report.published.failures, rate: report.published.rate,
            answered: Self.percentiles([50, 99], of: report.published.latency))
        self.delivered = Delivered(
            events: report.received, expected: report.expected, lost: report.lost, repeated: report.repeated,
            rate: report.seconds > 0 ? Double(report.received) / report.seconds : 0,
            latency: Self.percentiles([50, 90, 99, 99.9, 100], of: report.groups[0].latency))
        self.closed = report.closed
        self.complete = result.isComplete
        self.interrupted = result.isInterrupted
    }

    /// The object, on one line.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        guard let json = try? encoder.encode(self) else { return "" }
        return String(decoding: json, as: UTF8.self) + "\n"
    }

    private static func percentiles(_ parts: [Double], of latency: LatencyDistribution) -> [String: Double] {
        let pairs = parts.map { part in
            (
                part == 100 ? "max" : "p\(part.formatted(part == part.rounded() ? 0 : 1))",
                latency.milliseconds(part) / 1000
            )
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }
}
