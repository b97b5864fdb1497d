@testable public import HubCore

/// Short ways to say what a test is about.
enum Sample {
    static let epoch = Epoch(rawValue: 0x1000)

    static func publication(_ topics: String..., data: String = "", key: String? = nil) throws -> Publication {
        try Publication(
            topics: topics.map { name throws(InvalidEvent) in try Topic(name) }, data: EventData(data),
            key: key.map { key throws(InvalidEvent) in try IdempotencyKey(key) })
    }

    /// An event of the topic `t`.
    static func event(_ offset: UInt64, after previous: UInt64, epoch: Epoch = epoch, data: String = "") throws -> Event
    {
        Event(
            id: EventID(epoch: epoch, offset: Offset(rawValue: offset)), topic: try Topic("t"),
            previous: Offset(rawValue: previous), name: nil, data: EventData(data), retry: nil)
    }

    /// A chain of events of the topic `t`, the first after `base`.
    static func chain(after base: UInt64, _ offsets: [UInt64]) throws -> [Event] {
        try zip([base] + offsets, offsets).map { try self.event($1, after: $0) }
    }
}

extension Offset: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: UInt64) { self.init(rawValue: value) }
}

extension Sequence<Event> {
    var offsets: [UInt64] { self.map(\.offset.rawValue) }
}
