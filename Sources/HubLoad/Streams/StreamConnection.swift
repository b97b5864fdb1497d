/// One stream as its reader sees it.
struct StreamConnection {
    enum Phase {
        case connecting
        case waitingForHead
        case open
        case closed
    }

    let socket: TCPSocket
    let topics: [Int]
    let isStalled: Bool
    var phase = Phase.connecting
    /// The request; empty once it is sent.
    var request: [UInt8]
    /// Events that arrived.
    var received = 0
    /// What may be the beginning of a mark.
    var carry: [UInt8] = []

    /// Whether the answer's first bytes say that the stream is there.
    static func isAccepted(_ head: UnsafeRawBufferPointer) -> Bool {
        head.starts(with: "HTTP/1.1 200".utf8) || head.starts(with: "HTTP/1.0 200".utf8)
    }
}
