import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubTransports

/// What the query of a subscribing request says, the same for all transports.
struct SubscribeQuery {
    /// The names that a cursor may have; the first that is there and not empty counts. What polyfills of EventSource add to the
    /// URL that they began with comes before what people write.
    static let cursorNames: [ByteString] = ["lastEventId", "lastEventID", "Last-Event-ID", "last_event_id", "cursor"]

    /// The names of the topics, as they were given.
    let topics: [ByteString]
    private let cursor: ByteString?
    private let since: Since?
    private let format: StreamRequest.Format
    private let prime: Bool?

    /// Reads a query.
    init(_ query: QueryItems) throws(Problem) {
        try Self.checkReserved(query)
        self.topics = query.all("topic")
        self.cursor = Self.cursor(query)
        self.since = try query.one("since").flatMap { $0.isEmpty ? nil : $0 }.map { text throws(Problem) in
            guard let since = Since(text.string) else {
                throw Problem(
                    .badRequest, "'since' must be a duration such as 10m, or a time such as 2026-01-31T12:00:00Z")
            }
            return since
        }
        self.format = try Self.choice(query, "format") ?? .data
        self.prime = try Self.flag(query, "prime")
    }

    /// The request.
    /// - Parameters:
    ///   - topics: The topics, checked.
    ///   - cursors: Those of header fields; the first that is there and not empty counts. A browser adds one to the very
    ///     query that it began with when it comes back, so that it outranks the query, and any cursor outranks `since`.
    ///   - isBrowser: Whether a browser's own EventSource asks.
    ///   - now: Milliseconds since 1970.
    func streamRequest(
        _ topics: [Topic], cursors: [String?], isBrowser: Bool, now: UInt64
    ) -> StreamRequest {
        let cursor = cursors.lazy.compactMap { $0 }.first { !$0.isEmpty } ?? self.cursor?.string
        return StreamRequest(
            topics: topics, start: self.start(cursor, now: now), format: self.format,
            prime: self.prime ?? isBrowser)
    }

    private func start(_ cursor: String?, now: UInt64) -> StartPosition {
        if let since = self.since, cursor == nil { return .time(milliseconds: since.milliseconds(now: now)) }
        return StartPosition(cursor: cursor)
    }

    private static func cursor(_ query: QueryItems) -> ByteString? {
        for name in Self.cursorNames {
            // Of several the one that was added last.
            for item in query.items.reversed() where item.name == name && !item.value.isEmpty { return item.value }
        }
        return nil
    }

    private static func checkReserved(_ query: QueryItems) throws(Problem) {
        let reserved = query.items.first { item in
            item.name.hasPrefix("match") || item.name == "pattern" || item.name == "authorization"
        }
        guard let reserved else { return }
        throw Problem(.badRequest, "'\(reserved.name.shortened(to: 64))' in the query is reserved for later")
    }

    private static func choice(_ query: QueryItems, _ name: ByteString) throws(Problem) -> StreamRequest.Format? {
        guard let text = try query.one(name), !text.isEmpty else { return nil }
        guard let format = StreamRequest.Format.allCases.first(where: { ByteString($0.rawValue) == text }) else {
            let known = StreamRequest.Format.allCases.map(\.rawValue).joined(separator: " or ")
            throw Problem(.badRequest, "'\(name)' must be \(known)")
        }
        return format
    }

    private static func flag(_ query: QueryItems, _ name: ByteString) throws(Problem) -> Bool? {
        switch try query.one(name) {
        case nil, "": nil
        case "true": true
        case "false": false
        default: throw Problem(.badRequest, "'\(name)' must be true or false")
        }
    }
}

/// Where a stream begins in time: a while ago, or at a time of day.
enum Since: Hashable {
    case ago(milliseconds: UInt64)
    case time(milliseconds: UInt64)

    /// Reads a duration such as `10m`, or a time as RFC 3339 writes it.
    init?(_ text: String) {
        if let duration = DurationText(text) {
            self = .ago(milliseconds: UInt64(duration.milliseconds))
        } else if let time = RFC3339.milliseconds(text) {
            self = .time(milliseconds: time)
        } else {
            return nil
        }
    }

    /// Milliseconds since 1970.
    /// - Parameter now: The same, now.
    func milliseconds(now: UInt64) -> UInt64 {
        switch self {
        case .ago(let milliseconds): now - min(now, milliseconds)
        case .time(let milliseconds): milliseconds
        }
    }
}
