import AsyncHTTPClient

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
