import NIOCore
import NIOHTTP1

/// Why the server will not serve a client now, though it might later.
enum TurnAway {
    case draining
    case full
    case tooManyOfOneAddress

    /// The answer. A browser's EventSource gives up for good at any status but 200, so it is told within a stream
    /// that ends at once, and comes back after a random while.
    func answer(to request: AdmittedRequest) -> HTTPAnswer {
        guard request.route?.endpoint.isStream == true, request.isBrowserEventSource else {
            return self.problem.answer
        }
        let retry = Int.random(in: 1000...10_000)
        let text = "event: hub.close\nretry: \(retry)\ndata: {\"reason\":\"\(self.reason)\"}\n\n"
        return HTTPAnswer(
            .ok,
            headers: [
                "Content-Type": "text/event-stream", "Cache-Control": "no-store, no-transform",
                "X-Accel-Buffering": "no",
            ],
            body: ByteBuffer(string: text))
    }

    private var reason: String {
        switch self {
        case .draining: "drain"
        case .full, .tooManyOfOneAddress: "shed"
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
        case .tooManyOfOneAddress:
            .later(
                .tooManyRequests, "too many connections from your address (--max-connections-per-address)",
                after: seconds)
        }
    }
}
