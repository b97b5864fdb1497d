/// Which entries of a topic's log a read asks for.
public enum LogRange: Hashable, Sendable {
    /// The newest ones, still in rising order.
    case tail
    /// The first ones after an offset, in rising order.
    case after(Offset)
}
