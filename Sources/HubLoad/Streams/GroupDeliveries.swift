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
