import NIOCore

/// How long the message that a client has begun has been incomplete. Looking at it again is the owner's: at most one look is due.
struct MessageClock {
    /// What a look at the clock says.
    enum Reading: Equatable {
        /// No message is incomplete.
        case inTime
        /// One is, and has so much time left.
        case tooEarly(TimeAmount)
        /// One has been for too long.
        case tooLate
    }

    private let limit: MessageLimit
    private var start: NIODeadline?
    private var isLookDue = false

    init(_ limit: MessageLimit) {
        self.limit = limit
    }

    /// A message is incomplete.
    /// - Returns: When to look at the clock; `nil` if that is due already.
    mutating func start(at now: NIODeadline) -> TimeAmount? {
        if self.start == nil { self.start = now }
        guard !self.isLookDue else { return nil }
        self.isLookDue = true
        return self.limit.time(received: 0)
    }

    /// The message is complete, or nobody waits for it any longer.
    mutating func stop() {
        self.start = nil
    }

    /// The look that was due.
    /// - Parameters:
    ///   - received: How many bytes of the message have come.
    ///   - isRead: Whether the client is read; who is not can't go on, and has the whole time again.
    mutating func check(at now: NIODeadline, received: Int, isRead: Bool) -> Reading {
        self.isLookDue = false
        guard let start else { return .inTime }
        if !isRead { self.start = now }
        let deadline = (isRead ? start : now) + self.limit.time(received: received)
        guard deadline > now else { return .tooLate }
        self.isLookDue = true
        return .tooEarly(deadline - now)
    }
}
