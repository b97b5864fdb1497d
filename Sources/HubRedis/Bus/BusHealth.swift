import HubCore
import Logging
import NIOCore
import RedisWire

/// Judges whether the hub can work with Redis, and says so in the log and to whoever asks. Confined to the bus's loop.
final class BusHealth {
    private let condition: BusCondition
    private let logger: Logger
    private var readiness = Readiness()
    private var loggedNotices: Set<String> = []
    private var loggedSoftware: String?
    private var warned: NIODeadline?
    private(set) var isStopped = false

    init(_ condition: BusCondition, _ logger: Logger) {
        self.condition = condition
        self.logger = logger
    }

    /// Why a call is refused that nobody can take.
    var whyClosed: String {
        guard case .notReady(let reason) = self.readiness.status else { return "Redis is not connected" }
        return reason
    }

    /// Notes that something is wrong, or with `nil` that it no longer is; logs changes of the condition, not attempts.
    func note(_ problem: Readiness.Problem, _ reason: String?) {
        let change = self.readiness.note(problem, reason)
        self.condition.status = self.readiness.status
        guard !self.isStopped else { return }
        switch change {
        case .worse(let reason): self.logger.warning("the Redis bus is not ready", metadata: ["reason": "\(reason)"])
        case .recovered: self.logger.notice("the Redis bus is ready again")
        case nil: break
        }
    }

    /// Notes what a server tells about itself.
    func note(_ facts: ServerFacts) {
        self.note(.evicts, facts.whyEvicting)
        self.logSoftware(of: facts)
        if facts.isEmpty {
            self.logOnce("Redis does not tell about itself", reason: "its user may neither INFO nor CONFIG GET")
        }
    }

    /// Names what the hub is connected to: once, and again when it is something else, as after an upgrade or a failover.
    private func logSoftware(of facts: ServerFacts) {
        guard let software = facts.software, software != self.loggedSoftware, !self.isStopped else { return }
        self.loggedSoftware = software
        self.logger.notice("the Redis bus is connected", metadata: ["server": "\(software)"])
    }

    /// Warns of what does not keep the hub from working, at most every 30 seconds.
    func warn(_ message: String, _ reason: String?) {
        guard !self.isStopped, self.warned.map({ .now() - $0 >= .seconds(30) }) ?? true else { return }
        self.warned = .now()
        self.logger.warning("\(message)", metadata: ["reason": "\(reason ?? "unknown")"])
    }

    /// Writes a line that is worth reading only once in the life of the process.
    func logOnce(_ message: String, reason: String) {
        guard self.loggedNotices.insert(message).inserted else { return }
        self.logger.notice("\(message)", metadata: ["reason": "\(reason)"])
    }

    /// The bus is shut down: nothing is logged any more.
    func stop() {
        self.isStopped = true
        self.note(.stopped, "the bus is shut down")
    }
}
