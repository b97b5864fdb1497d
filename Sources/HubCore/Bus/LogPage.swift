/// A part of a topic's log, and the topic's state at the moment of the read.
public struct LogPage: Sendable {
    /// The epoch in force.
    public var epoch: Epoch
    /// The highest offset that had been given to any event of the partition: the page is the truth up to here.
    public var clock: Offset
    /// Topics that are not there have had no event after this offset.
    public var floor: Offset
    /// The offset of the topic's last event, even if the log holds it no longer and the topic was retired; `nil` if there is no such
    /// topic, or none that is remembered.
    public var last: Offset?
    /// The entries, in rising order.
    public var entries: [Event]
    /// Whether the log holds more entries beyond the limit: older ones for a tail, newer ones otherwise.
    public var hasMore: Bool
    /// Which offsets up to the clock are of the epoch's history.
    public var reigns: Reigns

    /// Makes a page.
    public init(
        epoch: Epoch, clock: Offset, floor: Offset, last: Offset?, entries: [Event], hasMore: Bool,
        reigns: Reigns = .untagged
    ) {
        self.epoch = epoch
        self.clock = clock
        self.floor = floor
        self.last = last
        self.entries = entries
        self.hasMore = hasMore
        self.reigns = reigns
    }

    /// The least position after which the page holds every event of the topic, up to its own end: the previous
    /// offset of its first entry, else the topic's last offset, else the floor.
    public var base: Offset { self.entries.first?.previous ?? self.last ?? self.floor }
}

/// Which entries of a topic's log a read asks for.
public enum LogRange: Hashable, Sendable {
    /// The newest ones, still in rising order.
    case tail
    /// The first ones after an offset, in rising order.
    case after(Offset)
}
