import HubCore
import Synchronization

/// Counts what became of publish requests.
public final class PublishCounters: Sendable {
    /// What became of a request.
    public enum Outcome: String, CaseIterable, Sendable {
        /// Its events were published.
        case published
        /// Nothing was published, since the idempotency keys were known.
        case repeated
        /// The bus was not available.
        case unavailable
        /// Nobody knows.
        case unknown
        /// It was malformed or not allowed.
        case refused
    }

    private struct State {
        var requests: [Outcome: Int] = [:]
        var events = 0
    }

    private let state = Mutex(State())

    /// Counts a request.
    public func count(_ outcome: Outcome) {
        self.state.withLock { $0.requests[outcome, default: 0] += 1 }
    }

    /// Counts what the bus answered.
    func count(_ result: Result<[PublishedEvent], any Error>) {
        switch result {
        case .success(let events):
            let new = events.count { !$0.isRepeat }
            self.state.withLock { state in
                state.events += new
                state.requests[new == 0 ? .repeated : .published, default: 0] += 1
            }
        case .failure(BusError.unavailable): self.count(.unavailable)
        case .failure(Refusal.noApproval): self.count(.unavailable)
        case .failure(BusError.refused), .failure(is Refusal): self.count(.refused)
        case .failure: self.count(.unknown)
        }
    }

    /// Requests by outcome, and events that were published.
    public var all: (requests: [Outcome: Int], events: Int) {
        self.state.withLock { ($0.requests, $0.events) }
    }
}
