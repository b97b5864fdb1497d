import DequeModule
import Synchronization

/// The latest incidents of this member. What happens over and over is one of them with a count, and what happens too often is only
/// counted, so that a flood of them costs little and hides nothing else for long.
public final class IncidentLog: Sendable {
    /// An incident, as it is remembered.
    public struct Entry: Sendable {
        /// Tells it from the others of this process; rises.
        public let number: Int
        /// When it happened last, in milliseconds since 1970.
        public fileprivate(set) var time: UInt64
        /// How often it happened on end.
        public fileprivate(set) var count: Int
        /// What happened, for the first time.
        public let incident: Incident
    }

    /// How many are remembered.
    public static let limit = 256
    /// How many are looked at in a second.
    private static let rate = 200

    private struct State {
        var entries: Deque<Entry> = []
        var next = 1
        var second: UInt64 = 0
        var noted = 0
        var passedOver = 0

        mutating func append(_ incident: Incident, at time: UInt64) {
            if let last = self.entries.indices.last, self.entries[last].incident.isLike(incident) {
                self.entries[last].count += 1
                self.entries[last].time = time
                return
            }
            if self.entries.count == IncidentLog.limit { self.entries.removeFirst() }
            self.entries.append(Entry(number: self.next, time: time, count: 1, incident: incident))
            self.next += 1
        }
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> UInt64

    /// Makes an empty log.
    /// - Parameter now: Milliseconds since 1970.
    public init(now: @escaping @Sendable () -> UInt64 = { WallClock.milliseconds }) {
        self.now = now
    }

    /// How many were only counted.
    public var passedOver: Int { self.state.withLock { $0.passedOver } }

    /// Notes an incident.
    /// - Parameter incident: Is made only if there is room for it in this second.
    public func note(_ incident: @autoclosure () -> Incident) {
        let time = self.now()
        guard self.admit(at: time) else { return }
        let incident = incident()
        self.state.withLock { $0.append(incident, at: time) }
    }

    /// The latest, in order.
    /// - Parameter limit: How many at most.
    public func latest(_ limit: Int) -> [Entry] { self.state.withLock { Array($0.entries.suffix(limit)) } }

    private func admit(at time: UInt64) -> Bool {
        self.state.withLock { state in
            if state.second != time / 1000 { (state.second, state.noted) = (time / 1000, 0) }
            state.noted += 1
            if state.noted > Self.rate { state.passedOver += 1 }
            return state.noted <= Self.rate
        }
    }
}
