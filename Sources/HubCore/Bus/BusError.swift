/// Why a bus did not do what it was asked for.
public enum BusError: Error, Hashable, Sendable {
    /// Nothing was done, and trying again later may help; the reason is one line for an operator.
    case unavailable(reason: String)
    /// The request was sent, and its outcome is unknown; repeat it with the same idempotency key.
    case unknownOutcome(reason: String)
    /// The request can't be done however often it is repeated; the reason says what is accepted.
    case refused(reason: String)
}
