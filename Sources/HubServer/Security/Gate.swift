import ByteStreams
import ByteStrings
import HTTPWire
import HubDoor
import HubHooks
import HubTokens
import Logging
import NIOCore
import Synchronization

/// Where keys and tokens are shown: the one gate for every path that takes them.
///
/// While an address waits (`GuessLimit`), what it shows is not looked at, right or wrong: if right keys passed, guessing would go on.
/// What passes is a connection whose last key was a right one, and a token that has held before, so that publishers and readers at
/// work are not shut out by a neighbour who guesses.
final class Gate: Sendable {
    /// Who asks, as far as that was shown.
    enum Verdict {
        /// There are neither keys nor tokens, so that none is needed.
        case open
        /// Somebody who is known.
        case right(Principal)
        /// Nothing was shown.
        case missing
        /// What was shown is no key.
        case wrong
        /// The token that was shown does not hold.
        case refused(TokenFault)
        /// The token names a key that may be there soon.
        case later(EventLoopFuture<Void>)
        /// Too much was shown that was wrong: in so many seconds more may be.
        case wait(seconds: Int)
    }

    private struct Counts {
        var wrongKeys = 0
        var waiting = 0
        var tokens: [TokenFault.Reason: Int] = [:]
    }

    private let access: AccessRules
    private let limit: GuessLimit
    private let logger: Logger
    private let interval = LogInterval()
    private let counts = Mutex(Counts())

    init(_ access: AccessRules, limit: GuessLimit = GuessLimit(), logger: Logger) {
        self.access = access
        self.limit = limit
        self.logger = logger
    }

    /// Whether there are tokens, so that every path whose answer depends on who asks takes them.
    var takesTokens: Bool { self.access.tokens != nil }

    /// Whether applications are asked about whoever shows neither key nor token.
    var asksApplications: Bool { !self.access.hooks.isEmpty }

    /// Wrong keys that were shown.
    var wrong: Int { self.counts.withLock { $0.wrongKeys } }
    /// What was not looked at, since its address had to wait.
    var waiting: Int { self.counts.withLock { $0.waiting } }
    /// Tokens that were shown and did not hold, by reason.
    var refusedTokens: [TokenFault.Reason: Int] { self.counts.withLock { $0.tokens } }

    /// Looks at what is shown.
    /// - Parameters:
    ///   - credentials: That.
    ///   - address: Who shows it.
    ///   - isKnown: Whether the last key that the connection showed was a right one.
    ///   - isNeeded: Whether the request needs a key. Where it does not, credentials of another scheme are for somebody else, a proxy
    ///     in front of the hub say, and no guess.
    ///   - mayWait: Whether the request may wait for a key that may be there soon.
    func judge(
        _ credentials: Credentials, from address: ClientAddress, isKnown: Bool, isNeeded: Bool, mayWait: Bool = true
    ) -> Verdict {
        guard self.access.hasCredentials else { return .open }
        switch credentials {
        case .none: return .missing
        case .otherScheme(let hasText):
            guard isNeeded else { return .missing }
            guard hasText else { return .wrong }
            return self.wait(address, isKnown) ?? self.wrongKey(of: address)
        case .bearer(let text):
            if let token = self.access.tokens?.remembered(text) { return .right(.bearer(token)) }
            if let wait = self.wait(address, isKnown) { return wait }
            if let proof = self.access.keys.prove(text) { return .right(.keyHolder(proof)) }
            guard let tokens = self.access.tokens else { return self.wrongKey(of: address) }
            return self.judge(text, tokens, from: address, mayWait)
        }
    }

    /// Looks at a token that is shown on a connection that is open already.
    func principal(showing text: ByteString, from address: ClientAddress) throws(Refusal) -> Principal {
        switch self.judge(.bearer(text), from: address, isKnown: false, isNeeded: false, mayWait: false) {
        case .right(let principal): return principal
        case .refused(let fault): throw .invalidToken(fault)
        case .wait(let seconds): throw .tooManyGuesses(seconds: seconds)
        case .open, .missing, .wrong, .later: throw .invalidToken(.signature)
        }
    }

    private func judge(
        _ text: ByteString, _ tokens: TokenCheck, from address: ClientAddress, _ mayWait: Bool
    ) -> Verdict {
        do throws(TokenFault) {
            return .right(.bearer(try tokens.check(text)))
        } catch {
            if error == .unknownKey, mayWait, let read = tokens.keyring.readAgain() { return .later(read) }
            self.counts.withLock { $0.tokens[error.reason, default: 0] += 1 }
            self.logger.info(
                "a token was refused", metadata: ["address": "\(address)", "reason": "\(error.reason.rawValue)"])
            if error.isGuess { self.countGuess(of: address) }
            return .refused(error)
        }
    }

    private func wait(_ address: ClientAddress, _ isKnown: Bool) -> Verdict? {
        guard !isKnown, let seconds = self.limit.secondsToWait(address) else { return nil }
        self.counts.withLock { $0.waiting += 1 }
        return .wait(seconds: seconds)
    }

    private func wrongKey(of address: ClientAddress) -> Verdict {
        self.counts.withLock { $0.wrongKeys += 1 }
        self.countGuess(of: address)
        return .wrong
    }

    private func countGuess(of address: ClientAddress) {
        guard self.limit.countWrongKey(of: address), let times = self.interval.pass() else { return }
        self.logger.warning(
            "an address has shown too many wrong keys, and has to wait",
            metadata: ["address": "\(address.countedAs)", "keys": "\(GuessLimit.maximumGuesses)", "times": "\(times)"])
    }
}

extension TokenFault {
    /// Whether somebody may be trying to find a key. A token that once held, or that is for somebody else, is none.
    fileprivate var isGuess: Bool {
        switch self {
        case .malformed, .algorithm, .signature: true
        default: false
        }
    }
}
