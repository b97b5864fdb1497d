import TestSupport

/// What a test waited for did not come to be.
struct DeadlinePassed: Error, CustomStringConvertible {
    let description: String
}

/// Waits for a condition, and fails once the deadline has passed. The only way in which these tests wait.
/// - Parameters:
///   - what: What is waited for, in words that end the sentence "waited in vain until".
///   - limit: How long.
///   - condition: What is asked every few milliseconds.
func waitUntil(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(20),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + Patience.duration(limit)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw DeadlinePassed(description: "waited in vain until \(what())")
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}
