import NIOCore

/// Tells a connection that is silent from one that is dead. A value, without a clock.
struct Liveness {
    /// What to do at a check.
    enum Verdict: Equatable {
        /// All is well; check again then.
        case alive(NIODeadline)
        /// Silent for long: send a PING, and check again then.
        case ask(NIODeadline)
        /// Nothing came after the PING.
        case dead
    }

    private let patience: TimeAmount
    private var lastArrival: NIODeadline
    private var askedAt: NIODeadline?

    /// - Parameters:
    ///   - timeout: How long a connection may be silent; half of it passes before the PING, half after.
    ///   - now: When it began.
    init(timeout: TimeAmount, now: NIODeadline) {
        self.patience = .nanoseconds(max(1, timeout.nanoseconds / 2))
        self.lastArrival = now
    }

    /// Something arrived.
    mutating func arrived(at now: NIODeadline) {
        self.lastArrival = now
        self.askedAt = nil
    }

    /// A PING was sent without a check having asked for it.
    /// - Returns: When to check.
    mutating func asked(at now: NIODeadline) -> NIODeadline {
        let askedAt = self.askedAt ?? now
        self.askedAt = askedAt
        return askedAt + self.patience
    }

    /// Looks at the clock.
    mutating func check(at now: NIODeadline) -> Verdict {
        if let askedAt = self.askedAt {
            let limit = askedAt + self.patience
            return now < limit ? .alive(limit) : .dead
        }
        let limit = self.lastArrival + self.patience
        return now < limit ? .alive(limit) : .ask(self.asked(at: now))
    }
}
