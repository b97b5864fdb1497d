import ArgumentParser
import HubClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How `hubctl topics` prints the topics.
enum TopicFormat: String, ExpressibleByArgument, CaseIterable {
    /// Columns with a heading, for people.
    case table
    /// A topic a line, columns apart by a tab, without a heading: topic, events, subscribers, oldest, latest.
    case tab
    /// An object a line.
    case json

    private static let headings = ["TOPIC", "EVENTS", "SUBSCRIBERS", "OLDEST", "LATEST"]

    /// The topics as they are printed.
    func text(of topics: [TopicStatus]) -> String {
        switch self {
        case .table: Self.table(topics)
        case .tab: topics.map { Self.columns($0).joined(separator: "\t") + "\n" }.joined()
        case .json: topics.map(Self.json).joined()
        }
    }

    private static func columns(_ topic: TopicStatus) -> [String] {
        [topic.topic, "\(topic.events)", "\(topic.subscribers)", topic.oldest ?? "-", topic.latest ?? "-"]
            .map(Descriptor.printable)
    }

    private static func table(_ topics: [TopicStatus]) -> String {
        let rows = topics.map(Self.columns)
        let widths = Self.headings.indices.map { column in
            ([Self.headings] + rows).map { $0[column].count }.max() ?? 0
        }
        let heading = Style.heading.applied(
            to: Self.line(Self.headings, widths), isTerminal: StandardOutput.isTerminal)
        return ([heading] + rows.map { Self.line($0, widths) }).map { $0 + "\n" }.joined()
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            .joined(separator: "  ").trimmingSuffix(while: { $0 == " " })
    }

    private static func json(_ topic: TopicStatus) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        guard let json = try? encoder.encode(topic) else { return "" }
        return String(decoding: json, as: UTF8.self) + "\n"
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, predicate(last) { text.removeLast() }
        return String(text)
    }
}
