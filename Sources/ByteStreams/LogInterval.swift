public import NIOCore
import Synchronization

/// Lets a line be logged every 30 s at most, whoever provokes it, and counts what was not said.
public final class LogInterval: Sendable {
    private struct State {
        var next = NIODeadline.uptimeNanoseconds(0)
        var passedOver = 0
    }

    private static let length = TimeAmount.seconds(30)
    private let state = Mutex(State())

    /// Nothing was said yet.
    public init() {}

    /// Something happened that is worth a line.
    /// - Returns: How often it had happened since the last line, this time included; `nil` while it is too early for another.
    /// - Parameter now: The time.
    public func pass(now: NIODeadline = .now()) -> Int? {
        self.state.withLock { state in
            state.passedOver += 1
            guard now >= state.next else { return nil }
            defer { state = State(next: now + Self.length) }
            return state.passedOver
        }
    }
}
