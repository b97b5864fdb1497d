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
        let isCertain =
            switch error {
            case .connectFailed, .notSent: true
            case .server: error.saysThatNothingWasDone
            case .closed, .outcomeUnknown, .protocolViolation: false
            }
        self =
            isCertain || !isWrite
            ? .unavailable(reason: error.description) : .unknownOutcome(reason: error.description)
    }
}

extension RedisError {
    /// Codes of errors with which a server refuses a command or a script before it begins.
    private static let refusals = [
        "NOPERM", "NOAUTH", "WRONGPASS", "NOSCRIPT", "OOM", "READONLY", "MISCONF", "NOREPLICAS", "LOADING", "BUSY",
        "MASTERDOWN", "CLUSTERDOWN", "MOVED", "ASK", "TRYAGAIN", "CROSSSLOT", "WRONGTYPE",
    ]

    /// Whether an error reply means that the script ended before its first write. The scripts say so: their errors after it
    /// begin with `UNKNOWN`. Of an error that nobody here knows, such as a proxy's, that can't be said.
    fileprivate var saysThatNothingWasDone: Bool {
        guard case .server(let message) = self, let code = self.serverCode, code != "UNKNOWN" else { return false }
        return message.utf8.starts(with: "ERR hub: ".utf8) || Self.refusals.contains { code == $0 }
    }

    /// Whether the hub can't work with the server in its present condition, or with its user's rights, whatever the
    /// command is.
    var refusesWork: Bool {
        ["OOM", "READONLY", "MISCONF", "NOREPLICAS", "NOPERM"].contains { self.serverCode == $0[...] }
    }

    /// Why the hub can't work with the server, in one line for an operator; `nil` for an error that is not the server's.
    var refusal: String? {
        guard case .server(let message) = self else { return nil }
        guard self.serverCode == "NOPERM" else { return "Redis refuses writes: \(message)" }
        return "Redis gives the hub's user too few rights, docs/redis.md lists them: \(message)"
    }

    /// Whether a server of a cluster refuses a call because the keys are on the move: elsewhere, or not whole.
    var saysKeysMove: Bool { ["MOVED", "ASK", "TRYAGAIN"].contains { self.serverCode == $0[...] } }

    /// Whether a server refuses a call that may be taken in a moment, by it or by another one. Nothing was done.
    var refusesForNow: Bool { self.saysKeysMove || self.serverCode == "CLUSTERDOWN" }

    /// Whether the server is a replica.
    var isReplica: Bool { self.serverCode == "READONLY" }
}
