import ByteStreams

/// What a connection takes of the budget for the bytes that it holds: of its input, of the body that is being dealt with, and of
/// a response that its client has yet to read.
struct ConnectionRoom {
    private var share: ByteShare
    private var bodyByteCount = 0
    private var unreadByteCount = 0

    init(of budget: ByteBudget) {
        self.share = ByteShare(of: budget)
    }

    /// A body is being dealt with.
    mutating func take(bodyByteCount: Int) { self.bodyByteCount = bodyByteCount }

    /// The body has been dealt with.
    mutating func releaseBody() { self.bodyByteCount = 0 }

    /// Takes room for a response until it is read.
    /// - Returns: Whether there is room; if not, the response must not be sent.
    mutating func take(unreadByteCount: Int, input: Int, for claimant: ByteBudget.Claimant) -> Bool {
        self.bodyByteCount = 0
        self.unreadByteCount = unreadByteCount
        guard !self.hold(input: input, for: claimant) else { return true }
        self.unreadByteCount = 0
        return false
    }

    /// The response was read.
    mutating func releaseResponse() { self.unreadByteCount = 0 }

    /// Takes room for what is held, and gives back what is not needed any more.
    /// - Parameter input: Bytes of requests that have come and of which nothing was made yet.
    /// - Returns: Whether there is room.
    mutating func hold(input: Int, for claimant: ByteBudget.Claimant) -> Bool {
        self.share.hold(input + self.bodyByteCount + self.unreadByteCount, for: claimant)
    }

    /// Gives everything back.
    mutating func releaseAll() {
        self.bodyByteCount = 0
        self.unreadByteCount = 0
        self.share.release()
    }
}
