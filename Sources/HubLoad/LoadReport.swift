/// What became of a load.
public struct LoadReport: Sendable {
    /// What was published.
    public internal(set) var published = PublishReport()
    /// What each group of streams got, in their order.
    public internal(set) var groups: [GroupDeliveries] = []
    /// Streams that ended before their time.
    public internal(set) var closed = 0
    /// From the first publish to the last delivery, in seconds.
    public internal(set) var seconds = 0.0

    /// Events that arrived, over all groups.
    public var received: Int { self.groups.reduce(0) { $0 + $1.received } }
    /// Events that should have arrived.
    public var expected: Int { self.groups.reduce(0) { $0 + $1.expected } }
    /// Events that a stream did not get.
    public var lost: Int { self.groups.reduce(0) { $0 + $1.lost } }
    /// Events that a stream got too often.
    public var repeated: Int { self.groups.reduce(0) { $0 + $1.repeated } }
}
