public import NIOCore

/// How long to wait before each attempt to reconnect: twice as long each time up to a maximum, with jitter, so that the
/// members of a cluster do not come back in step.
public struct RedisBackoff: Sendable {
    private let minimum: TimeAmount
    private let maximum: TimeAmount
    private var ceiling: TimeAmount

    /// Makes a backoff that starts at the minimum.
    /// - Parameters:
    ///   - minimum: The first delay at most.
    ///   - maximum: Any delay at most.
    public init(minimum: TimeAmount = .milliseconds(50), maximum: TimeAmount = .seconds(2)) {
        self.minimum = max(minimum, .nanoseconds(1))
        self.maximum = max(maximum, self.minimum)
        self.ceiling = self.minimum
    }

    /// The delay before the next attempt: between half of the ceiling and the ceiling, which then doubles.
    public mutating func next() -> TimeAmount {
        var generator = SystemRandomNumberGenerator()
        return self.next(using: &generator)
    }

    /// Starts again at the minimum, after an attempt that worked.
    public mutating func reset() {
        self.ceiling = self.minimum
    }

    mutating func next(using generator: inout some RandomNumberGenerator) -> TimeAmount {
        let ceiling = self.ceiling.nanoseconds
        self.ceiling = ceiling > self.maximum.nanoseconds / 2 ? self.maximum : .nanoseconds(ceiling * 2)
        return .nanoseconds(Int64.random(in: (ceiling + 1) / 2...ceiling, using: &generator))
    }
}
