import HubCore
import NIOCore
import Synchronization

/// Collects the publish requests of all loops until they leave for Redis together.
final class PublishQueue: Sendable {
    /// A request and who waits for its answer.
    struct Request: Sendable {
        let publications: [Publication]
        let promise: EventLoopPromise<[PublishedEvent]>
    }

    /// Groups are not to block Redis for long.
    private static let maximumEvents = 100
    private static let maximumBytes = 1 << 18

    private struct State {
        var grouping = PublishGrouping()
        var requests: [Request] = []
        var size = StepSize()
    }

    private let state = Mutex(State())

    /// Adds a request, from any thread.
    func add(_ request: Request) -> PublishGrouping.Action {
        self.state.withLock { state in
            state.requests.append(request)
            state.size += StepSize(of: request.publications)
            let action = state.grouping.add(at: .now())
            let isFull = state.size.entries >= Self.maximumEvents || state.size.bytes >= Self.maximumBytes
            return isFull ? .leave : action
        }
    }

    /// Takes what waits, if it has waited for long enough: the requests of each step.
    func takeDue() -> [[Request]] {
        self.state.withLock { $0.grouping.isDue(at: .now()) ? Self.take(&$0) : [] }
    }

    /// Takes what waits: the requests of each step.
    func takeAll() -> [[Request]] {
        self.state.withLock { Self.take(&$0) }
    }

    /// Almost always one step; more where the last request is large.
    private static func take(_ state: inout State) -> [[Request]] {
        guard !state.requests.isEmpty else { return [] }
        state.grouping.leave(at: .now())
        defer {
            state.requests = []
            state.size = StepSize()
        }
        guard state.size.excess != nil else { return [state.requests] }
        return Self.steps(of: state.requests)
    }

    private static func steps(of requests: [Request]) -> [[Request]] {
        var steps: [[Request]] = []
        var size = StepSize()
        for request in requests {
            size += StepSize(of: request.publications)
            if size.excess != nil || steps.isEmpty {
                size = StepSize(of: request.publications)
                steps.append([])
            }
            steps[steps.count - 1].append(request)
        }
        return steps
    }
}
