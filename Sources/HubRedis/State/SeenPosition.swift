import HubCore

/// The highest position that Redis itself has told this hub of: what proves, at the next call, that a Redis which lost
/// its last writes is not what it was.
///
/// A client's cursor never goes in here: a forged one would let a client reset everybody.
struct SeenPosition: Equatable {
    private(set) var position: EventID?

    /// What a position means that a reply or a message carries.
    enum Meaning: Equatable {
        /// The epoch is the one in force.
        case current
        /// A higher epoch: it is in force from now on.
        case entered
        /// A lower epoch than the one in force: what came with it is of a history that ended.
        case stale
    }

    mutating func note(_ position: EventID) -> Meaning {
        // The scripts take such an epoch for none, and so no hub may call them with it.
        guard position.epoch.canBeFollowed else { return .stale }
        guard let known = self.position else {
            self.position = position
            return .entered
        }
        if position.epoch < known.epoch { return .stale }
        if position.epoch > known.epoch {
            self.position = position
            return .entered
        }
        // What another reign gave is above or below by chance.
        if position.offset > known.offset || position.offset.tag != known.offset.tag { self.position = position }
        return .current
    }
}

extension Epoch {
    /// Whether there is room for the epochs that must follow: the highest ones are of somebody who wrote them by hand.
    fileprivate var canBeFollowed: Bool { self.rawValue >> 48 != 0xFFFF }
}
