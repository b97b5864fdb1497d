import HubCore
import RedisWire

extension BusError {
    /// What an error of Redis means to whoever asked. A read changes nothing, so its outcome is never in doubt.
    init(_ error: any Error, isWrite: Bool) {
        switch error {
        case let error as BusError: self = error
        case let error as RedisError: self.init(error, isWrite: isWrite)
        default:
            let reason = "Redis answered with something else than expected"
            self = isWrite ? .unknownOutcome(reason: reason) : .unavailable(reason: reason)
        }
    }

    private init(_ error: RedisError, isWrite: Bool) {
        switch error {
        // An error reply means that the script ended before its first write.
        case .connectFailed, .notSent, .server: self = .unavailable(reason: error.description)
        case .closed, .outcomeUnknown, .protocolViolation:
            self = isWrite ? .unknownOutcome(reason: error.description) : .unavailable(reason: error.description)
        }
    }
}

extension RedisError {
    /// Whether the server can't be written to in its present condition, whatever the command is.
    var refusesWrites: Bool {
        ["OOM", "READONLY", "MISCONF", "NOREPLICAS"].contains { self.has(code: $0) }
    }

    /// Whether the server is a replica.
    var isReplica: Bool { self.has(code: "READONLY") }

    /// Scripts of Redis 6 report the errors of their commands with the code in the middle of the text.
    private func has(code: String) -> Bool {
        guard case .server(let message) = self else { return false }
        return self.serverCode == code[...] || message.contains(" -\(code) ")
    }
}
