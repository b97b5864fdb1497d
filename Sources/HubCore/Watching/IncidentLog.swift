import Synchronization

/// The latest incidents of this member. What happens over and over is one of them with a count, and what happens too often is only
/// counted. Each kind has room of its own, so that a flood of one hides nothing of another.
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

    /// How many are remembered of each kind.
    static let limit = 50
    /// How many of each kind are looked at in a second.
    static let rate = 50
    /// For how long after it happened, in milliseconds, the same thing over again is one with it.
    private static let span: UInt64 = 10_000

    private struct State {
        var kinds: [Incident.Kind: KindOfIncident] = [:]
        var next = 1
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> UInt64

    /// Makes an empty log.
    /// - Parameter now: Milliseconds since 1970.
    public init(now: @escaping @Sendable () -> UInt64 = { WallClock.milliseconds }) {
        self.now = now
    }

    /// How many were only counted.
    public var passedOver: Int { self.state.withLock { $0.kinds.values.reduce(0) { $0 + $1.passedOver } } }

    /// Notes an incident.
    /// - Parameters:
    ///   - kind: Its kind.
    ///   - incident: Is made only if there is room for it in this second.
    public func note(_ kind: Incident.Kind, _ incident: @autoclosure () -> Incident) {
        let time = self.now()
        guard self.state.withLock({ $0.kinds[kind, default: KindOfIncident()].admit(at: time) }) else { return }
        let incident = incident()
        self.state.withLock { state in
            if state.kinds[kind]?.repeats(incident, at: time, within: Self.span) ?? false { return }
            state.kinds[kind]?.append(Entry(number: state.next, time: time, count: 1, incident: incident))
            state.next += 1
        }
    }

    /// The latest, in order.
    /// - Parameter limit: How many at most.
    public func latest(_ limit: Int) -> [Entry] {
        self.state.withLock { $0.kinds.values.flatMap(\.entries) }
            .sorted { ($0.time, $0.number) < ($1.time, $1.number) }.suffix(limit)
    }
}

/// The latest incidents of one kind, in the order of their times.
private struct KindOfIncident {
    private(set) var entries: [IncidentLog.Entry] = []
    private(set) var passedOver = 0
    private var second: UInt64 = 0
    private var noted = 0

    /// Whether another one is looked at in this second.
    mutating func admit(at time: UInt64) -> Bool {
        if self.second != time / 1000 { (self.second, self.noted) = (time / 1000, 0) }
        self.noted += 1
        if self.noted > IncidentLog.rate { self.passedOver += 1 }
        return self.noted <= IncidentLog.rate
    }

    /// Counts what has just happened before.
    /// - Returns: Whether it has.
    mutating func repeats(_ incident: Incident, at time: UInt64, within span: UInt64) -> Bool {
        let index = self.entries.lastIndex { time - min(time, $0.time) <= span && $0.incident.isLike(incident) }
        guard let index else { return false }
        var entry = self.entries.remove(at: index)
        entry.count += 1
        entry.time = time
        self.entries.append(entry)
        return true
    }

    mutating func append(_ entry: IncidentLog.Entry) {
        if self.entries.count == IncidentLog.limit { self.entries.removeFirst() }
        self.entries.append(entry)
    }
}
