/// How much of a topic a process holds in memory, to serve streams that come back or fall behind without asking the bus.
public struct RingLimit: Hashable, Sendable {
    /// The most events.
    public var count: Int
    /// Roughly the most memory, in bytes. At least one event is held however large it is.
    public var byteCount: Int

    /// Makes a limit.
    public init(count: Int = 1024, byteCount: Int = 1 << 20) {
        self.count = count
        self.byteCount = byteCount
    }
}
