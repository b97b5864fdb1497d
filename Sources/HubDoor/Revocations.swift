import ByteStrings
import HubCore
import HubTokens
import Logging
import NIOCore
import Synchronization

/// Whose tokens count no more. Every member asks the bus twice a second for what is new, so that nothing is missed however often the
/// bus was away.
public final class Revocations: Sendable {
    private static let interval = TimeAmount.milliseconds(500)
    /// How far back is asked each time, in milliseconds: the clock by which the bus orders them may have been put back a little.
    private static let overlap: UInt64 = 60_000

    private struct State {
        var times: [ByteString: UInt64] = [:]
        /// The latest that the bus has told of with all before it.
        var latest: UInt64 = 0
        var isAsking = false
        var isFailing = false
        var task: RepeatedTask?
    }

    private let state = Mutex(State())

    init() {}

    /// Whether a token was revoked. One that does not say when it was issued may be older than any revocation.
    func include(_ token: Token) -> Bool { self.include(token.subject, issued: token.issued ?? 0) }

    /// Whether what was given to a subject was revoked since.
    /// - Parameters:
    ///   - subject: Whose it is; nobody's can't be revoked.
    ///   - issued: When it was given, in seconds since 1970.
    func include(_ subject: ByteString?, issued: Double) -> Bool {
        guard let subject, let time = self.state.withLock({ $0.times[subject] }) else { return false }
        return issued * 1000 <= Double(time)
    }

    /// Begins to ask.
    /// - Parameter logger: Is told if the bus works and yet can't say what was revoked, and when that is over.
    func watch(_ hub: Hub, _ logger: Logger) {
        guard let store = hub.bus as? any RevocationStore else { return }
        let task = hub.bus.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.interval) { _ in
            self.ask(store, hub, logger)
        }
        self.state.withLock { $0.task = task }
    }

    /// Asks no more.
    func stop() { self.state.withLock { $0.task.take() }?.cancel() }

    /// Takes in what was revoked, and ends the streams that it concerns.
    func take(_ revocations: [Revocation], _ hub: Hub) {
        let new = self.state.withLock { state in
            revocations.filter { revocation in
                guard revocation.time > state.times[revocation.subject] ?? 0 else { return false }
                state.times[revocation.subject] = revocation.time
                return true
            }
        }
        for revocation in new { hub.revoke(revocation.subject, issuedUpTo: Double(revocation.time) / 1000) }
    }

    /// From when on the bus is asked for what was revoked. One that this member has taken in by itself moves it no further: there may be
    /// older ones that it has not heard of.
    var since: UInt64 { self.state.withLock { $0.latest - min($0.latest, Self.overlap) } }

    /// Takes in all that the bus knows.
    func takeAll(_ revocations: [Revocation], _ hub: Hub) {
        self.take(revocations, hub)
        self.state.withLock { $0.latest = max($0.latest, revocations.map(\.time).max() ?? 0) }
    }

    private func changes(isFailing: Bool) -> Bool {
        self.state.withLock { state in
            defer { state.isFailing = isFailing }
            return state.isFailing != isFailing
        }
    }

    private func ask(_ store: any RevocationStore, _ hub: Hub, _ logger: Logger) {
        let isFirst = self.state.withLock { state in
            defer { state.isAsking = true }
            return !state.isAsking
        }
        guard isFirst else { return }
        store.revocations(since: self.since).whenComplete { result in
            self.state.withLock { $0.isAsking = false }
            switch result {
            case .success(let revocations):
                self.takeAll(revocations, hub)
                if self.changes(isFailing: false) { logger.notice("what was revoked is known again") }
            case .failure(let error):
                guard hub.bus.status == .ready, self.changes(isFailing: true) else { return }
                logger.error("it can't be found out what was revoked", metadata: ["error": "\(error)"])
            }
        }
    }
}
