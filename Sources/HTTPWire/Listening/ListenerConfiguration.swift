public import ByteStreams
public import NIOCore

/// What a listener is told of its connections.
public struct ListenerConfiguration: Sendable {
    /// How many connections the kernel holds before they are accepted.
    public var backlog = 4096
    /// The most bytes of a connection that the kernel holds for sending (it doubles the number, and counts its own
    /// bookkeeping). Small enough that a slow client shows soon, and that a hundred thousand of them fit in memory.
    public var sendBufferBytes = 64 * 1024
    /// How long sent bytes may stay unacknowledged, or a window closed, before the kernel gives the connection up.
    public var acknowledgementTime = TimeAmount.seconds(60)
    /// What a client may send.
    public var limits = HTTPLimits()
    /// What clients take from for all that the process holds of them.
    public var budget = ByteBudget()

    /// What connections are encrypted with; `nil` if they are not.
    public var tls: TLSCredentials?
    /// Count how handshakes end.
    public var tlsCounters = TLSCounters()
    /// Count what there is of HTTP/2.
    public var http2Counters = HTTP2Counters()

    /// The defaults.
    public init() {}
}
