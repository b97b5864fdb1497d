import DequeModule
import HeapModule

/// Merges the logs of a stream's topics into one sequence in the order of ids, from a place on, as far as it is proved to
/// be complete.
///
/// A cursor is one place for all topics of a stream, so event N may be sent only when every topic is known up to N. Where a
/// log begins only after the place, the gap is an item of the sequence too: everything of the other topics up to the end of
/// the gap comes first, so that the cursor which the reset carries is safe for all of them.
struct StreamMerge {
    /// One topic's part of the merge.
    struct Lane {
        /// What is known of the topic, in rising order.
        var events: Deque<Event>
        /// The next of them.
        var index: Int
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
        /// Deal with the gaps of these lanes, after which the place is here: where they end, or as far as is proved if nothing
        /// follows. Unless the next event is the very one that they end with, which another of its topics still holds, the
        /// place is safe afterwards.
        case gap(lanes: [Int], end: Offset, isSafe: Bool)
        /// Nothing more is proved. The stream's place may move on to here.
        case end(through: Offset)
    }

    /// The next item of a lane. Of items with the same offset a gap comes before an event, since a cursor at the end of a gap
    /// that has not been told would hide it.
    private struct Item: Comparable {
        let offset: Offset
        let isGap: Bool
        let lane: Int

        static func < (left: Item, right: Item) -> Bool {
            if left.offset != right.offset { return left.offset < right.offset }
            if left.isGap != right.isGap { return left.isGap }
            return left.lane < right.lane
        }
    }

    private var lanes: [Lane]
    /// The next item of every lane that has one.
    private var items: Heap<Item>
    /// The least of the lanes' ends: beyond it nothing is proved.
    private let bound: Offset
    private var place: Offset

    init(lanes: [Lane], from place: Offset) {
        self.lanes = lanes
        self.place = place
        self.bound = lanes.lazy.map(\.through).min() ?? place
        self.items = Heap(lanes.indices.compactMap { Self.item(of: lanes[$0], at: $0) })
    }

    /// Takes the next step.
    mutating func next() -> Step {
        while let item = self.items.min {
            if item.isGap {
                guard item.offset <= self.bound else { break }
                let isSafe = !self.lanes.contains { $0.next?.offset == item.offset }
                if isSafe { self.place = max(self.place, item.offset) }
                let crossed = self.takeGaps(to: item.offset)
                // Where nothing follows, a client that comes back is to prove no more than what was not known here.
                if isSafe, self.isDone { self.place = max(self.place, self.bound) }
                return .gap(lanes: crossed, end: self.place, isSafe: isSafe)
            }
            // The only event right after the bound is this one, whichever topics it was published to.
            guard item.offset.predecessor <= self.bound, let event = self.takeEvent(of: item.lane) else { break }
            // An event of several topics is in several lanes under one id.
            guard event.offset > self.place else { continue }
            self.place = event.offset
            return .event(event)
        }
        return .end(through: max(self.place, self.bound))
    }

    /// Whether nothing more is proved than that nothing follows.
    private var isDone: Bool {
        self.items.min.map { ($0.isGap ? $0.offset : $0.offset.predecessor) > self.bound } ?? true
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

    /// Gaps that end at one place are crossed in one step: the place is safe only when all of them are told.
    private mutating func takeGaps(to end: Offset) -> [Int] {
        var crossed: [Int] = []
        while let item = self.items.min, item.isGap, item.offset == end {
            _ = self.items.popMin()
            crossed.append(item.lane)
            self.lanes[item.lane].gap = nil
        }
        for lane in crossed {
            if let next = Self.item(of: self.lanes[lane], at: lane) { self.items.insert(next) }
        }
        return crossed
    }

    private static func item(of lane: Lane, at index: Int) -> Item? {
        let event = lane.next
        guard let gap = lane.gap else { return event.map { Item(offset: $0.offset, isGap: false, lane: index) } }
        guard let event, event.offset < gap else { return Item(offset: gap, isGap: true, lane: index) }
        return Item(offset: event.offset, isGap: false, lane: index)
    }
}
