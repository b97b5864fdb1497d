/// How well a stream's client keeps up with what it is sent.
struct StreamPace {
    /// The head of the response is still on its way to the client, who can't be called slow yet.
    private var isHeadPending = false
    /// The client did not take what was sent before, though the stream was live. One that catches up is sent as much at a time as
    /// its connection holds, and is not slow because that is full.
    private(set) var isSlow = false
    /// Which stall of its shard this is, while the outlet takes nothing and there is something to send.
    private(set) var stall: Int?

    /// The head of the response was given to the outlet.
    mutating func sendHead(isPending: Bool) {
        self.isHeadPending = isPending
    }

    /// A live stream's outlet takes no event.
    /// - Returns: Whether that makes the client a slow one.
    mutating func park() -> Bool {
        if !self.isHeadPending { self.isSlow = true }
        return !self.isHeadPending
    }

    /// The outlet takes nothing.
    /// - Parameter number: The stall's, should it be a new one.
    /// - Returns: Whether it is.
    mutating func stall(_ number: Int) -> Bool {
        guard self.stall == nil else { return false }
        self.stall = number
        return true
    }

    /// The outlet takes more again.
    /// - Returns: Whether the client had been slow.
    mutating func resume() -> Bool {
        defer { self = StreamPace() }
        return self.isSlow
    }
}
