import NIOCore

/// What a connection of HTTP/2 is doing, apart from its I/O: how many streams it has, and how it ends.
struct HTTP2ConnectionState {
    private enum Phase {
        case open
        /// New streams are still served, but the client was asked to begin them elsewhere.
        case draining
        /// The last frame was written; what comes is thrown away.
        case over(bytes: Int, isTaken: Bool)
        case closed
    }

    /// How many window updates come before the first data.
    private static let freeWindowUpdates = 1000
    /// How many are worth a frame of data. A client needs two at most: for its stream, and for the connection.
    private static let windowUpdatesPerFrame = 4

    private static let resetTime = TimeAmount.seconds(30)

    let limits: HTTPLimits
    private var phase = Phase.open
    private var streamCount = 0
    private var windowUpdates = 0
    private var resetCount = 0
    private var resetStart: NIODeadline
    /// When a part of a frame must have become a whole one.
    private var frameDeadline: NIODeadline?
    /// Whether the connection ends with its streams.
    private var isClosing = false
    private var phaseDeadline: NIODeadline?
    /// Since when nothing has been asked for; `nil` if something is.
    private(set) var silentSince: NIODeadline?

    init(limits: HTTPLimits, now: NIODeadline) {
        self.limits = limits
        self.phaseDeadline = now + limits.headTime
        self.silentSince = now
        self.resetStart = now
    }

    /// Whether frames are still read.
    var isOver: Bool {
        switch self.phase {
        case .open, .draining: false
        case .over, .closed: true
        }
    }

    /// The connection ends with the streams that it has now, or with its first ones.
    mutating func closeAfterStreams() { self.isClosing = true }

    mutating func beginStream() {
        self.streamCount += 1
        self.phaseDeadline = nil
        self.silentSince = nil
    }

    /// - Returns: Whether the connection ends with it.
    mutating func endStream(now: NIODeadline) -> Bool {
        self.streamCount -= 1
        guard self.streamCount == 0, !self.isOver else { return false }
        self.phaseDeadline = now + self.limits.idleTime
        self.silentSince = now
        return self.isClosing
    }

    /// A window was made wider, for which a client has a reason only if it gets data.
    /// - Parameter dataFrames: How many frames of data it was sent.
    /// - Returns: Whether that is reasonable.
    mutating func receiveWindowUpdate(dataFrames: Int) -> Bool {
        self.windowUpdates += 1
        return self.windowUpdates <= Self.freeWindowUpdates + Self.windowUpdatesPerFrame * dataFrames
    }

    /// A stream is reset for what its client did, which had been looked at by then (CVE-2025-8671).
    /// - Parameter maximum: How often in 30 s that may be.
    /// - Returns: Whether it is few times enough.
    mutating func resetStream(maximum: Int, now: NIODeadline) -> Bool {
        if now - self.resetStart > Self.resetTime { (self.resetStart, self.resetCount) = (now, 0) }
        self.resetCount += 1
        return self.resetCount <= maximum
    }

    /// So many bytes have come of which nothing was made yet, since they are a part of a frame or of a head.
    mutating func hold(_ count: Int, now: @autoclosure () -> NIODeadline) {
        guard count > 0 else { return self.frameDeadline = nil }
        if self.frameDeadline == nil { self.frameDeadline = now() + self.limits.headTime }
    }

    /// When what the client is at must be over; `nil` if it may last.
    var deadline: NIODeadline? {
        guard let frame = self.frameDeadline, !self.isOver else { return self.phaseDeadline }
        return min(frame, self.phaseDeadline ?? frame)
    }

    /// A connection that ends with its streams says so before they do, so that nobody begins another one while it closes.
    /// - Returns: Whether that is news.
    mutating func announceEnd() -> Bool {
        guard self.isClosing, case .open = self.phase else { return false }
        self.phase = .draining
        return true
    }

    /// The server wants to end: after the streams that there are, or in a moment if there is none.
    /// - Returns: Whether the client is yet to be told.
    mutating func closeSoon(now: NIODeadline) -> Bool {
        self.isClosing = true
        guard case .open = self.phase else { return false }
        self.phase = .draining
        if self.streamCount == 0 {
            self.phaseDeadline = min(self.phaseDeadline ?? .distantFuture, now + self.limits.farewellTime)
        }
        return true
    }

    /// The last frame is being written.
    /// - Returns: Whether that is news.
    mutating func end(now: NIODeadline) -> Bool {
        guard !self.isOver else { return false }
        self.phase = .over(bytes: 0, isTaken: false)
        self.phaseDeadline = now + self.limits.answerTime
        self.silentSince = nil
        return true
    }

    /// The last frame was taken: the client may look at it for a while.
    /// - Returns: Whether that is news.
    mutating func linger(now: NIODeadline) -> Bool {
        guard case .over(let bytes, false) = self.phase else { return false }
        self.phase = .over(bytes: bytes, isTaken: true)
        self.phaseDeadline = now + self.limits.lingerTime
        return true
    }

    /// Bytes have come.
    /// - Returns: Whether nobody wants them, and they have come for long enough.
    mutating func drop(_ count: Int) -> Bool {
        guard case .over(let bytes, let isTaken) = self.phase else { return false }
        self.phase = .over(bytes: bytes + count, isTaken: isTaken)
        return bytes + count > self.limits.lingerBytes
    }

    /// The connection is gone.
    mutating func closed() {
        self.phase = .closed
        self.phaseDeadline = nil
        self.frameDeadline = nil
        self.silentSince = nil
    }
}
