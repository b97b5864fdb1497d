/// Who is at the other end of a connection, as far as the connection itself tells.
struct Peer: Sendable {
    /// Which cap the connection is over.
    enum Excess: Sendable { case connections, address }

    /// The address; `nil` on a Unix socket.
    let address: ClientAddress?
    /// Whether it is a proxy whose word on the client's address counts.
    let isProxy: Bool
    /// The cap that the connection is over: it gets an answer that says so, and nothing else.
    let excess: Excess?
}
