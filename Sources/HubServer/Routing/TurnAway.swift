import HubCore
import NIOCore
import NIOHTTP1

/// Why the server will not serve a client now, though it might later.
enum TurnAway {
    case draining
    case full
    case tooManyOfOneAddress
    case tooManyTopics

    /// The answer: a stream that ends at once where the transport wants it so, and a refusal otherwise. Either way the client
    /// comes back after a random while.
    func answer(to request: AdmittedRequest) -> HTTPAnswer {
        request.route?.endpoint.farewell(to: request, self.reason, retry: .random(in: 1000...10_000))
            ?? self.problem.answer
    }

    private var reason: CloseReason {
        switch self {
        case .draining: .drain
        case .full, .tooManyOfOneAddress, .tooManyTopics: .shed
        }
    }

    private var problem: Problem {
        let seconds = Int.random(in: 1...10)
        return switch self {
        case .draining:
            .later(.serviceUnavailable, "this member is shutting down; connect again to reach another", after: seconds)
        case .full:
            .later(
                .serviceUnavailable, "the server has as many connections as it may (--max-connections)", after: seconds)
        case .tooManyTopics:
            .later(
                .serviceUnavailable, "this member listens to as many topics as it may (--max-feeds)", after: seconds)
        case .tooManyOfOneAddress:
            .later(
                .tooManyRequests, "too many connections from your address (--max-connections-per-address)",
                after: seconds)
        }
    }
}
