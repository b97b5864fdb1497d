import TestSupport
import Testing

/// Says what was waited for in vain.
struct Unmet: Error, CustomStringConvertible {
    let description: String
}

/// Waits until a condition holds, for at most some seconds.
func eventually(
    _ what: String, within seconds: Double = 15, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + Patience.duration(.seconds(seconds))
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw Unmet(description: "waited in vain until \(what)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}
