import Testing

/// Waits until a condition holds, and fails the test if it doesn't within ten seconds.
/// - Parameters:
///   - what: The condition in words.
///   - condition: Asked again and again.
func eventually(_ what: Comment, _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try !condition() {
        try #require(ContinuousClock.now < deadline, what)
        try await Task.sleep(for: .milliseconds(2))
    }
}
