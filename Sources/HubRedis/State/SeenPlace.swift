import HubCore

/// The highest place that Redis itself has told this hub of: what proves, at the next call, that a Redis which lost
/// its last writes is not what it was.
///
/// A client's cursor never goes in here: a forged one would let a client reset everybody.
struct SeenPlace: Equatable {
    private(set) var place: EventID?

    /// What a place means that a reply or a message carries.
    enum Meaning: Equatable {
        /// The epoch is the one in force.
        case current
        /// A higher epoch: it is in force from now on.
        case entered
        /// A lower epoch than the one in force: what came with it is of a history that ended.
        case stale
    }

    mutating func note(_ place: EventID) -> Meaning {
        // The scripts take such an epoch for none, and so no hub may call them with it.
        guard place.epoch.canBeFollowed else { return .stale }
        guard let known = self.place else {
            self.place = place
            return .entered
        }
        if place.epoch < known.epoch { return .stale }
        if place.epoch > known.epoch {
            self.place = place
            return .entered
        }
        if place.offset > known.offset { self.place = place }
        return .current
    }
}

extension Epoch {
    /// Whether there is room for the epochs that must follow: the highest ones are of somebody who wrote them by hand.
    fileprivate var canBeFollowed: Bool { self.rawValue >> 48 != 0xFFFF }
}
