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
        var eventCount = 0
        var byteCount = 0
    }

    private let state = Mutex(State())

    /// Adds a request, from any thread.
    func add(_ request: Request) -> PublishGrouping.Action {
        self.state.withLock { state in
            state.requests.append(request)
            state.eventCount += request.publications.count
            for publication in request.publications { state.byteCount += publication.data.bytes.count }
            let action = state.grouping.add(at: .now())
            let isFull = state.eventCount >= Self.maximumEvents || state.byteCount >= Self.maximumBytes
            return isFull ? .leave : action
        }
    }

    /// Takes what waits, if it has waited for long enough.
    func takeDue() -> [Request] {
        self.state.withLock { $0.grouping.isDue(at: .now()) ? Self.take(&$0) : [] }
    }

    /// Takes what waits.
    func takeAll() -> [Request] {
        self.state.withLock { Self.take(&$0) }
    }

    private static func take(_ state: inout State) -> [Request] {
        guard !state.requests.isEmpty else { return [] }
        state.grouping.leave(at: .now())
        state.eventCount = 0
        state.byteCount = 0
        defer { state.requests = [] }
        return state.requests
    }
}
