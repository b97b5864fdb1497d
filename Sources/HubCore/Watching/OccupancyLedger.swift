public import ByteStrings
import Synchronization

/// What can have streams.
public enum Occupant: Hashable, Sendable {
    /// A topic that is subscribed to.
    case topic(Topic)
    /// A subject whose streams are open.
    case subject(ByteString)
}

/// Keeps which topics and subjects have streams on this member, over all its loops, and which of them have changed since somebody
/// looked. It is as large as what is occupied, which has its bounds elsewhere, and what has changed between two looks.
public final class OccupancyLedger: Sendable {
    private struct Stay {
        /// On how many loops.
        var loops = 0
        /// In milliseconds since 1970.
        let since: UInt64
    }

    private struct State {
        var stays: [Occupant: Stay] = [:]
        var changed: Set<Occupant> = []
    }

    private let state = Mutex(State())

    /// Nothing is occupied.
    public init() {}

    /// Since when something has streams here, in milliseconds since 1970; `nil` if it has none.
    public func since(_ occupant: Occupant) -> UInt64? { self.state.withLock { $0.stays[occupant]?.since } }

    /// Takes what has changed since the last time.
    public func takeChanged() -> Set<Occupant> {
        self.state.withLock { state in
            defer { state.changed = [] }
            return state.changed
        }
    }

    /// A loop has the first stream of it.
    func enter(_ occupant: Occupant) {
        self.state.withLock { state in
            state.stays[occupant, default: Stay(since: WallClock.milliseconds)].loops += 1
            if state.stays[occupant]?.loops == 1 { state.changed.insert(occupant) }
        }
    }

    /// A loop has lost the last stream of it.
    func leave(_ occupant: Occupant) {
        self.state.withLock { state in
            state.stays[occupant]?.loops -= 1
            guard state.stays[occupant]?.loops == 0 else { return }
            state.stays[occupant] = nil
            state.changed.insert(occupant)
        }
    }
}
