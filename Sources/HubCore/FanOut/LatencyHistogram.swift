public import NIOCore

/// How long something took, counted in buckets of fixed bounds, as Prometheus's histograms are. A plain value of its loop:
/// an observation is a short scan and two additions, and histograms of several loops add up.
public struct LatencyHistogram: Hashable, Sendable {
    /// The upper bounds of the buckets, inclusive; longer times are only in `count` and `sum`.
    public static let bounds: [TimeAmount] = [
        .microseconds(100), .microseconds(250), .microseconds(500), .milliseconds(1), .microseconds(2500),
        .milliseconds(5), .milliseconds(10), .milliseconds(25), .milliseconds(50), .milliseconds(100),
        .milliseconds(250), .milliseconds(500), .seconds(1), .milliseconds(2500),
    ]

    /// Observations in each bucket alone, and last those beyond all bounds.
    public private(set) var counts = [Int](repeating: 0, count: Self.bounds.count + 1)
    /// What all observations amount to.
    public private(set) var sum = TimeAmount.zero

    /// Makes a histogram without observations.
    public init() {}

    /// How many observations there were.
    public var count: Int { self.counts.reduce(0, +) }

    /// Counts an observation; a negative time counts as none.
    public mutating func observe(_ time: TimeAmount) {
        let time = max(time, .zero)
        self.counts[Self.bounds.firstIndex { time <= $0 } ?? Self.bounds.count] += 1
        self.sum = self.sum + time
    }

    /// Adds another loop's observations.
    public mutating func add(_ other: LatencyHistogram) {
        for (bucket, count) in other.counts.enumerated() { self.counts[bucket] += count }
        self.sum = self.sum + other.sum
    }
}
