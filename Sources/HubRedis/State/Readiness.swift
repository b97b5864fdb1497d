import HubCore
import NIOCore

/// What keeps the bus from delivering, and what of it is worth a line in the log.
struct Readiness {
    /// A kind of trouble; the first of those there are is what the status tells.
    enum Problem: Int, CaseIterable {
        case stopped, unreachable, refusesWrites, evicts, notSubscribed

        /// Whether it needs an operator even if it was noted in the shadow of something worse: connections come back by
        /// themselves, in turn.
        var lasts: Bool { self == .refusesWrites || self == .evicts }
    }

    /// What to write to the log.
    enum Change: Equatable {
        case worse(reason: String)
        case recovered
    }

    private var reasons: [Problem: String] = [
        .unreachable: "Redis has not answered yet", .notSubscribed: "not subscribed to Redis yet",
    ]
    /// What was logged since the bus was last ready, and when.
    private var told: [Problem: (reason: String, time: NIODeadline)] = [:]
    private static let interval = TimeAmount.seconds(30)

    /// The status as the bus tells it.
    var status: BusStatus {
        guard let problem = self.leading, let reason = self.reasons[problem] else { return .ready }
        return .notReady(reason: reason)
    }

    private var leading: Problem? { Problem.allCases.first { self.reasons[$0] != nil } }

    /// Notes that there is a problem, or with `nil` that there is none.
    /// - Returns: What to log: once for each kind of trouble until the bus is ready again, however often it is noted; and
    ///   again if there is another reason for it, but not more often than every 30 seconds.
    mutating func note(_ problem: Problem, _ reason: String?, at now: NIODeadline = .now()) -> Change? {
        self.reasons[problem] = reason
        guard let leading = self.leading else {
            defer { self.told = [:] }
            return self.told.isEmpty ? nil : .recovered
        }
        let isNews = (leading == problem && reason != nil) || leading.lasts
        guard isNews, let reason = self.reasons[leading], self.isWorthTelling(leading, reason, at: now) else {
            return nil
        }
        self.told[leading] = (reason, now)
        return .worse(reason: reason)
    }

    private func isWorthTelling(_ problem: Problem, _ reason: String, at now: NIODeadline) -> Bool {
        guard let told = self.told[problem] else { return true }
        return told.reason != reason && now - told.time >= Self.interval
    }
}
