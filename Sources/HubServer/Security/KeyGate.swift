import Logging
import Synchronization

/// Where keys are shown: the one door for every path that takes them.
///
/// While an address waits (`GuessLimit`), its keys are not looked at, right or wrong: if right ones passed, guessing would go on. Only a
/// connection whose last key was a right one goes on, so that publishers at work are not shut out by a neighbour who guesses.
final class KeyGate: Sendable {
    /// What a request may do, as far as keys go.
    enum Verdict: Hashable, Sendable {
        /// There are no keys, so that none is needed.
        case open
        /// The key is one of those that count.
        case right
        /// None was shown.
        case missing
        /// What was shown is no key.
        case wrong
        /// Too many wrong ones were shown: in so many seconds another may be.
        case wait(seconds: Int)
    }

    /// The keys.
    let keys: PublishKeys
    private let limit: GuessLimit
    private let logger: Logger
    private let interval = LogInterval()
    private let wrongCount = Atomic(0)
    private let waitingCount = Atomic(0)

    init(_ keys: PublishKeys, limit: GuessLimit = GuessLimit(), logger: Logger) {
        self.keys = keys
        self.limit = limit
        self.logger = logger
    }

    /// Wrong keys that were shown.
    var wrong: Int { self.wrongCount.load(ordering: .relaxed) }
    /// Keys that were not looked at, since their address had to wait.
    var waiting: Int { self.waitingCount.load(ordering: .relaxed) }

    /// Looks at a key.
    /// - Parameters:
    ///   - authorization: The `Authorization` field.
    ///   - address: Who shows it.
    ///   - isKnown: Whether the last key that the connection showed was a right one.
    ///   - isNeeded: Whether the request needs a key. Where it does not, credentials of another scheme are for somebody else, a proxy
    ///     in front of the hub say, and no guess.
    func judge(
        _ authorization: String?, from address: ClientAddress, isKnown: Bool, isNeeded: Bool
    ) -> Verdict {
        guard !self.keys.isEmpty else { return .open }
        guard let authorization else { return .missing }
        guard isNeeded ? PublishKeys.hasCredentials(authorization) : PublishKeys.isBearer(authorization) else {
            return .wrong
        }
        if !isKnown, let seconds = self.limit.secondsToWait(address) {
            self.waitingCount.add(1, ordering: .relaxed)
            return .wait(seconds: seconds)
        }
        if self.keys.allow(authorization) { return .right }
        self.wrongCount.add(1, ordering: .relaxed)
        if self.limit.countWrongKey(of: address) { self.say(address) }
        return .wrong
    }

    private func say(_ address: ClientAddress) {
        guard let times = self.interval.pass() else { return }
        self.logger.warning(
            "an address has shown too many wrong keys, and has to wait",
            metadata: ["address": "\(address.countedAs)", "keys": "\(GuessLimit.maximumGuesses)", "times": "\(times)"])
    }
}
