import DequeModule

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
        /// Deal with the gaps of these lanes, which end here. Unless the next event is the very one that they end with, which
        /// another of its topics still holds, the place is safe afterwards.
        case gap(lanes: [Int], end: Offset, isSafe: Bool)
        /// Nothing more is proved. The stream's place may move on to here.
        case end(through: Offset)
    }

    private var lanes: [Lane]
    /// The least of the lanes' ends: beyond it nothing is proved.
    private let bound: Offset
    private var place: Offset

    init(lanes: [Lane], from place: Offset) {
        self.lanes = lanes
        self.place = place
        self.bound = lanes.lazy.map(\.through).min() ?? place
    }

    /// Takes the next step.
    mutating func next() -> Step {
        while let lane = self.leastLane() {
            if let gap = self.lanes[lane].gap, self.isGapNext(lane) {
                guard gap <= self.bound else { break }
                let isSafe = !self.lanes.contains { $0.next?.offset == gap }
                if isSafe { self.place = max(self.place, gap) }
                return .gap(lanes: self.takeGaps(to: gap), end: self.place, isSafe: isSafe)
            }
            let event = self.lanes[lane].events[self.lanes[lane].index]
            // The only event right after the bound is this one, whichever topics it was published to.
            guard event.offset.predecessor <= self.bound else { break }
            self.lanes[lane].index += 1
            // An event of several topics is in several lanes under one id.
            guard event.offset > self.place else { continue }
            self.place = event.offset
            return .event(event)
        }
        return .end(through: max(self.place, self.bound))
    }

    /// Gaps that end at one place are crossed in one step: the place is safe only when all of them are told.
    private mutating func takeGaps(to end: Offset) -> [Int] {
        let lanes = self.lanes.indices.filter { self.lanes[$0].gap == end }
        for lane in lanes { self.lanes[lane].gap = nil }
        return lanes
    }

    private func isGapNext(_ lane: Int) -> Bool {
        guard let gap = self.lanes[lane].gap, let event = self.lanes[lane].next else { return true }
        return gap <= event.offset
    }

    /// The lane whose next item has the least offset; of items with the same one, a gap before an event, since a cursor
    /// at the end of a gap that has not been told would hide it.
    private func leastLane() -> Int? {
        var least: (lane: Int, offset: Offset, isGap: Bool)?
        for lane in self.lanes.indices {
            guard let (offset, isGap) = self.nextItem(lane) else { continue }
            if let found = least, (found.offset, found.isGap ? 0 : 1) <= (offset, isGap ? 0 : 1) { continue }
            least = (lane, offset, isGap)
        }
        return least?.lane
    }

    private func nextItem(_ lane: Int) -> (Offset, isGap: Bool)? {
        let event = self.lanes[lane].next
        guard let gap = self.lanes[lane].gap else { return event.map { ($0.offset, false) } }
        guard let event, event.offset < gap else { return (gap, true) }
        return (event.offset, false)
    }
}
