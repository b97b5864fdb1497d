import Foundation

/// What a client asks for, the same in all transports.
struct StreamPlan: Sendable {
    /// Where it begins.
    enum Start: Sendable {
        case latest
        case earliest
        case cursor(String)
        case since(String)
    }

    var topics: [String]
    var start: Start

    /// The query, without what only one transport knows.
    var query: String {
        var items = self.topics.map { ("topic", $0) }
        switch self.start {
        case .latest: break
        case .earliest: items.append(("last_event_id", "earliest"))
        case .cursor(let cursor): items.append(("last_event_id", cursor))
        case .since(let since): items.append(("since", since))
        }
        return items.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
    }

    /// The same from another place on.
    func resumed(after cursor: String?) -> StreamPlan {
        guard let cursor else { return self }
        return StreamPlan(topics: self.topics, start: .cursor(cursor))
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }
}
