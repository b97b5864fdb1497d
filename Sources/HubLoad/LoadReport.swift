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

/// What a group of streams got.
public struct GroupDeliveries: Sendable {
    /// Events that should have arrived.
    public internal(set) var expected = 0
    /// Events that did.
    public internal(set) var received = 0
    /// Events that a stream did not get.
    public internal(set) var lost = 0
    /// Events that a stream got too often.
    public internal(set) var repeated = 0
    /// How long they took from before the publish request was sent until they were read.
    public internal(set) var latency = LatencyDistribution()
}

/// What was published.
public struct PublishReport: Sendable {
    /// Events of each topic that were acknowledged.
    public internal(set) var events: [Int: Int] = [:]
    /// Requests that were acknowledged.
    public internal(set) var requests = 0
    /// Requests that were not.
    public internal(set) var failures = 0
    /// Why the first of them was not.
    public internal(set) var failure: String?
    /// From the first request to the last answer, in seconds.
    public internal(set) var seconds = 0.0
    /// From a request to its answer.
    public internal(set) var latency = LatencyDistribution()

    /// Requests a second.
    public var rate: Double { self.seconds > 0 ? Double(self.requests) / self.seconds : 0 }

    mutating func add(_ other: PublishReport) {
        self.events.merge(other.events, uniquingKeysWith: +)
        self.requests += other.requests
        self.failures += other.failures
        self.failure = self.failure ?? other.failure
        self.seconds = max(self.seconds, other.seconds)
        self.latency.add(other.latency)
    }
}
