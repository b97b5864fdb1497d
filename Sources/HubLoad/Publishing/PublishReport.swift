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
