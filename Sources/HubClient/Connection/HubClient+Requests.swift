import AsyncHTTPClient
import Logging
import Synchronization

extension HubClient {
    /// Sends a request to one hub after the other until one of them answers it.
    ///
    /// A hub that can't be reached, or that answers 503, has done nothing, so the next one is asked. If it is unknown
    /// what became of the request, the next one is asked only if the request is repeatable.
    /// - Throws: What the last hub that was asked made of it.
    func send(
        _ request: HubRequest, expecting accepted: Set<Int> = [200]
    ) async throws(HubClientError) -> (answer: HubAnswer, endpoint: HubEndpoint) {
        let first = self.preferred.withLock { $0 }
        var failure = HubClientError(.unreachable, "no hub was asked")
        for step in self.endpoints.indices {
            let index = (first + step) % self.endpoints.count
            let endpoint = self.endpoints[index]
            do throws(HubClientError) {
                let answer = try await self.send(request, to: endpoint)
                guard accepted.contains(answer.status) else { throw HubClientError(answer, from: endpoint) }
                self.preferred.withLock { $0 = index }
                return (answer, endpoint)
            } catch {
                failure = error
                guard error.allowsAnotherHub(request) else { throw error }
                self.logger.debug("A hub did not serve a request", metadata: ["error": "\(error)"])
            }
        }
        throw failure
    }

    /// Sends a request to one hub, and reads its whole answer, whatever it says.
    func send(_ request: HubRequest, to endpoint: HubEndpoint) async throws(HubClientError) -> HubAnswer {
        try await self.read(self.begin(request, at: endpoint), from: endpoint)
    }
}

extension HubClientError {
    fileprivate func allowsAnotherHub(_ request: HubRequest) -> Bool {
        switch self.code {
        case .unreachable: true
        case .unavailable: self.status == 503
        case .outcomeUnknown: request.isRepeatable
        default: false
        }
    }
}

/// Runs something that may wait for a server, and ends it when its time is up: a server that goes on to say a byte now and then
/// looks alive to every other timeout.
/// - Throws: What `body` throws, or `HTTPClientError.deadlineExceeded`.
func withDeadline<Value: Sendable>(
    in duration: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await Task.sleep(for: duration)
            throw HTTPClientError.deadlineExceeded
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
