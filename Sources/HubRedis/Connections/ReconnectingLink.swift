/// The life of a connection that is always wanted: when to connect, when to wait, when a loss is told.
struct ReconnectingLink: Equatable {
    private enum Phase: Equatable {
        case idle, connecting, open, waiting, stopped
    }

    /// What to do next.
    enum Action: Equatable {
        case nothing
        /// Begin an attempt.
        case connect
        /// Wait for the backoff's delay, then report `elapsed`.
        case wait
        /// Tell of the loss, then wait for the backoff's delay.
        case tellLossAndWait
        /// The connection that was made is no longer wanted.
        case close
    }

    private var phase = Phase.idle

    /// Whether there is a connection that can be used.
    var isOpen: Bool { self.phase == .open }

    mutating func start() -> Action {
        guard self.phase == .idle else { return .nothing }
        self.phase = .connecting
        return .connect
    }

    /// The attempt was successful.
    mutating func connected() -> Action {
        guard self.phase == .connecting else { return .close }
        self.phase = .open
        return .nothing
    }

    /// The attempt was not.
    mutating func failed() -> Action {
        guard self.phase == .connecting else { return .nothing }
        self.phase = .waiting
        return .wait
    }

    /// The connection is gone.
    mutating func closed() -> Action {
        guard self.phase == .open else { return .nothing }
        self.phase = .waiting
        return .tellLossAndWait
    }

    /// The delay is over, or there is a reason to try at once.
    mutating func elapsed() -> Action {
        guard self.phase == .waiting else { return .nothing }
        self.phase = .connecting
        return .connect
    }

    /// It is to lead elsewhere: an attempt that is under way, perhaps to a server that hangs, is not waited for.
    mutating func redirected() -> Action {
        guard self.phase == .connecting || self.phase == .waiting else { return .nothing }
        self.phase = .connecting
        return .connect
    }

    mutating func stop() {
        self.phase = .stopped
    }
}
