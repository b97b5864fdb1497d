public import ByteStreams

/// Who is at the other end of a connection, as far as the connection itself tells.
public struct Peer: Sendable {
    /// The address; `nil` on a Unix socket.
    public let address: ClientAddress?
    /// Whether it is a proxy whose word on the client's address counts.
    public let isProxy: Bool
    /// Whether its address had as many connections as it may when it came.
    public let isOverAddressCap: Bool
    /// Its place among the connections.
    public let seat: ConnectionSeat
    /// Whether its last request that needed a key had a right one.
    public var hasShownKey = false

    /// Whether it is served at all only for the sake of some requests, and then closed.
    public var isExcess: Bool { self.isOverAddressCap || self.seat.beganInReserve }
}
