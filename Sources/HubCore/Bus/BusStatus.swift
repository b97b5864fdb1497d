/// The condition of a bus.
public enum BusStatus: Hashable, Sendable {
    /// Events are published and delivered.
    case ready
    /// Events are not delivered; the reason is one line for an operator.
    case notReady(reason: String)
}
