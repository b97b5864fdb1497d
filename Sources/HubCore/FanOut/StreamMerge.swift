import DequeModule
import HeapModule

/// Merges the logs of a stream's topics into one sequence in the order of ids, from a position on, as far as it is proved to
/// be complete.
///
/// A cursor is one position for all topics of a stream, so event N may be sent only when every topic is known up to N. Where a
/// log begins only after what was sent of it, that gap is an item of the sequence too, and comes before all that lies after its
/// start: a cursor within a gap that was not told would hide it from whoever comes back with it to a member that knows the log
/// from earlier.
struct StreamMerge {
    /// One topic's part of the merge.
    struct Lane {
        /// What is known of the topic, in rising order.
        var events: Deque<Event>
        /// The next of them.
        var index: Int
        /// Everything up to here was sent, was not asked for, or was told to be missing.
        var start: Offset
        /// What is known begins only here.
        var gap: Offset?
        /// What is known is complete up to here.
        var through: Offset
        /// What is known comes from the ring, which ends with the newest event.
        var isRing = true

        /// The next event.
        var next: Event? { self.index < self.events.count ? self.events[self.index] : nil }
    }

    /// The next thing that the stream has to do.
    enum Step {
        /// Send this event.
        case event(Event)
        /// Deal with the gaps of these lanes, after which the position is here: where they end, or as far as is proved if nothing
        /// follows. It is before their ends where other topics have events within them; who comes back from there meets the
        /// gaps again.
        case gap(lanes: [Int], position: Offset, isSafe: Bool)
        /// Nothing more is proved. The stream's position may move on to here.
        case end(through: Offset)
    }

    /// The next item of a lane: an event, or where a gap starts.
    private struct Item: Comparable {
        let offset: Offset
        let isGap: Bool
        let lane: Int

        static func < (left: Item, right: Item) -> Bool {
            if left.offset != right.offset { return left.offset < right.offset }
            if left.isGap != right.isGap { return right.isGap }
            return left.lane < right.lane
        }
    }

    private var lanes: [Lane]
    /// The next item of every lane that has one.
    private var items: Heap<Item>
    /// The least of the lanes' ends: beyond it nothing is proved.
    private let bound: Offset
    private var position: Offset

    init(lanes: [Lane], from position: Offset) {
        self.lanes = lanes
        self.position = position
        self.bound = lanes.lazy.map { max($0.through, $0.gap ?? .zero) }.min() ?? position
        self.items = Heap(lanes.indices.compactMap { Self.item(of: lanes[$0], at: $0) })
    }

    /// Takes the next step.
    mutating func next() -> Step {
        while let item = self.items.min {
            if item.isGap {
                guard item.offset <= self.bound else { break }
                return self.cross(from: item.offset)
            }
            // The only event right after the bound is this one, whichever topics it was published to.
            guard item.offset.predecessor <= self.bound, let event = self.takeEvent(of: item.lane) else { break }
            // An event of several topics is in several lanes under one id.
            guard event.offset > self.position else { continue }
            self.position = event.offset
            return .event(event)
        }
        return .end(through: max(self.position, self.bound))
    }

    /// Gaps that start at one position are crossed in one step, which leads as far as no other topic has anything.
    private mutating func cross(from start: Offset) -> Step {
        let (crossed, end) = self.takeGaps(from: start)
        let free = self.items.min.map { $0.isGap ? $0.offset : $0.offset.predecessor }
        // Where nothing follows, a client that comes back is to prove no more than what was not known here.
        let position = free.flatMap { $0 > self.bound ? nil : min(end, $0) } ?? self.bound
        self.position = max(self.position, position)
        return .gap(lanes: crossed, position: self.position, isSafe: self.position >= end)
    }

    private mutating func takeEvent(of lane: Int) -> Event? {
        let event = self.lanes[lane].next
        self.lanes[lane].index += 1
        if let next = Self.item(of: self.lanes[lane], at: lane) {
            self.items.replaceMin(with: next)
        } else {
            _ = self.items.popMin()
        }
        return event
    }

    private mutating func takeGaps(from start: Offset) -> (lanes: [Int], end: Offset) {
        var crossed: [Int] = []
        var end = start
        while let item = self.items.min, item.isGap, item.offset == start {
            _ = self.items.popMin()
            crossed.append(item.lane)
            end = max(end, self.lanes[item.lane].gap ?? start)
            self.lanes[item.lane].gap = nil
        }
        for lane in crossed {
            if let next = Self.item(of: self.lanes[lane], at: lane) { self.items.insert(next) }
        }
        return (crossed, end)
    }

    private static func item(of lane: Lane, at index: Int) -> Item? {
        guard lane.gap == nil else { return Item(offset: lane.start, isGap: true, lane: index) }
        return lane.next.map { Item(offset: $0.offset, isGap: false, lane: index) }
    }
}
