/// How much of a topic a process holds in memory, to serve streams that come back or fall behind without asking the bus.
public struct RingLimit: Hashable, Sendable {
    /// The most events.
    public var count: Int
    /// Roughly the most memory, in bytes. At least one event is held however large it is.
    public var byteCount: Int
    /// How much older than the newest event another may be, in milliseconds. Logs forget by age when they are appended to,
    /// and so must the ring: what it served beyond that would depend on who happened to listen here.
    public var age: UInt64

    /// Makes a limit.
    public init(count: Int = 1024, byteCount: Int = 1 << 20, age: UInt64 = .max) {
        self.count = count
        self.byteCount = byteCount
        self.age = age
    }
}
