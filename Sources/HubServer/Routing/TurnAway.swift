import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import NIOCore

/// Why the server will not serve a client now, though it might later.
enum TurnAway {
    case draining
    case full
    case tooManyOfOneAddress
    case tooManyTopics
    /// The application that decides about it gives no answer.
    case noApproval
    /// The address has to wait; the problem says for how long.
    case tooManyGuesses(Problem)

    /// The response: a stream that ends at once where the transport wants it so, and a refusal otherwise. Either way the client
    /// comes back after a random while.
    func response(to request: HubRequest) -> Response {
        request.route?.endpoint.farewell(to: request, self.reason, retry: .random(in: 1000...10_000))
            ?? self.problem.response
    }

    private var reason: CloseReason {
        switch self {
        case .draining: .drain
        case .full, .tooManyOfOneAddress, .tooManyTopics, .noApproval, .tooManyGuesses: .shed
        }
    }

    var problem: Problem {
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
        case .noApproval: Problem(.noApproval)
        case .tooManyGuesses(let problem): problem
        case .tooManyOfOneAddress:
            .later(
                .tooManyRequests, "too many connections from your address (--max-connections-per-address)",
                after: seconds)
        }
    }
}
