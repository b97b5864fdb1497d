import HubCore
import HubHooks
import NIOCore

/// What an application has been told of the topics and subjects that have streams on this member, and what it has yet to be told. It
/// holds no more than what has streams, or had when that was told.
struct OccupancyTally {
    /// For how long something has to be without streams before that is told, in milliseconds.
    private let grace: UInt64
    /// What the application knows to have streams here.
    private var told: Set<Occupant> = []
    /// What has no streams any more, and when that is told.
    private var due: [Occupant: UInt64] = [:]

    init(grace: TimeAmount) {
        self.grace = UInt64(grace.nanoseconds / 1_000_000)
    }

    /// Something may have streams that had none, or the other way round.
    /// - Parameters:
    ///   - since: Since when it has some, `nil` if it has none; in milliseconds since 1970, as all times are.
    ///   - now: The time.
    /// - Returns: What is to be told now.
    mutating func change(_ occupant: Occupant, since: UInt64?, now: UInt64) -> HookEvent? {
        if let since {
            self.due[occupant] = nil
            return self.told.insert(occupant).inserted ? HookEvent(occupant, isOccupied: true, time: since) : nil
        }
        if self.told.contains(occupant) { self.due[occupant] = now + self.grace }
        return nil
    }

    /// What has been without streams for long enough.
    /// - Parameter isLast: Whether there is no time to wait for what may come back.
    mutating func vacate(now: UInt64, isLast: Bool) -> [HookEvent] {
        let vacated = self.due.filter { isLast || $0.value <= now }
        return vacated.sorted { $0.value < $1.value }.map { occupant, time in
            self.due[occupant] = nil
            self.told.remove(occupant)
            return HookEvent(occupant, isOccupied: false, time: time - self.grace)
        }
    }
}
