import HubCore
import HubHooks
import NIOCore

/// What an application has been told of topics and subjects, and what it has yet to be told. It holds no more than what is occupied
/// here, or was when that was told.
struct OccupancyTally {
    /// For how long something has to be without streams before that is told, in milliseconds.
    let grace: UInt64

    /// What the application knows to be occupied, by this member or another.
    private var told: Set<Occupant> = []
    /// What is to be settled, and from when on.
    private var due: [Occupant: UInt64] = [:]

    init(grace: TimeAmount) {
        self.grace = UInt64(grace.nanoseconds / 1_000_000)
    }

    /// Something may be occupied that was not, or the other way round.
    /// - Parameter now: In milliseconds since 1970.
    mutating func change(_ occupant: Occupant, isOccupied: Bool, now: UInt64) {
        if isOccupied == self.told.contains(occupant) {
            self.due[occupant] = nil
        } else {
            self.due[occupant] = isOccupied ? now : now + self.grace
        }
    }

    /// Takes what is to be settled now.
    /// - Parameter limit: How much at most.
    mutating func takeDue(now: UInt64, limit: Int) -> [Occupant] {
        let ripe = self.due.lazy.filter { $0.value <= now }.prefix(limit).map(\.key)
        let taken = Array(ripe)
        for occupant in taken { self.due[occupant] = nil }
        return taken
    }

    /// Lets it be settled another time.
    mutating func putBack(_ occupants: [Occupant], now: UInt64) {
        for occupant in occupants where self.due[occupant] == nil { self.due[occupant] = now }
    }

    /// Settles what became of something.
    /// - Parameters:
    ///   - since: Since when it has streams here; `nil` if it has none.
    ///   - others: Since when it has streams on other members.
    /// - Returns: What is to be told; `nil` if another member has told it, or will.
    mutating func settle(_ occupant: Occupant, since: UInt64?, others: [UInt64], now: UInt64) -> HookEvent? {
        if let since {
            guard self.told.insert(occupant).inserted, !others.contains(where: { $0 < since }) else { return nil }
            return HookEvent(occupant, isOccupied: true, time: since)
        }
        guard self.told.remove(occupant) != nil, others.isEmpty else { return nil }
        return HookEvent(occupant, isOccupied: false, time: now)
    }
}
