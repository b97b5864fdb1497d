/// Waits until a condition holds.
/// - Parameters:
///   - what: The condition in words.
///   - seconds: For how long at most; longer where everything may take longer, see ``Patience``.
///   - condition: Asked again and again.
/// - Throws: What the condition throws, or ``ChildProcess/Failure`` if it does not hold in time.
public func eventually(
    _ what: @autoclosure () -> String, seconds: Double = 15, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + Patience.duration(.seconds(seconds))
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw ChildProcess.Failure(description: "waited in vain until \(what())")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
