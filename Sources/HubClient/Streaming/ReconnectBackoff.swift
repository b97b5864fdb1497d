/// How long to wait before a stream is opened again: exponential, with full jitter, so that clients that lost their hub
/// together do not come back together.
public struct ReconnectBackoff: Hashable, Sendable {
    /// The most that the first wait may be.
    public var base: Duration
    /// The most that any wait may be, apart from what the hub asks for.
    public var maximum: Duration

    /// Makes a backoff.
    public init(base: Duration = .milliseconds(500), maximum: Duration = .seconds(30)) {
        self.base = base
        self.maximum = maximum
    }

    /// A wait between nothing and `base` · 2^`attempt`, but at most `maximum`.
    /// - Parameters:
    ///   - attempt: How often it failed in a row before.
    ///   - generator: Where the randomness comes from.
    public func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let ceiling = min(self.maximum, self.base * (1 << min(max(attempt, 0), 20)))
        return ceiling * Double.random(in: 0...1, using: &generator)
    }
}
