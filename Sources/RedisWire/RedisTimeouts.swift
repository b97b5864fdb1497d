public import NIOCore

/// How long a connection waits before it gives up.
public struct RedisTimeouts: Sendable, Hashable {
    /// For name resolution, TCP, TLS, authentication and the first answer, all together. Default: 2 s.
    public var connect: TimeAmount
    /// From `send` to the reply. Default: 2 s.
    public var command: TimeAmount
    /// For a subscription connection on which nothing arrives; after half of it a PING asks. Default: 5 s.
    public var liveness: TimeAmount

    /// Makes the set of time-outs; each is more than zero.
    public init(
        connect: TimeAmount = .seconds(2), command: TimeAmount = .seconds(2), liveness: TimeAmount = .seconds(5)
    ) {
        self.connect = connect
        self.command = command
        self.liveness = liveness
    }
}
