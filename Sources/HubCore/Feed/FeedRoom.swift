import Logging
import NIOCore
import Synchronization

/// Which topics a process listens to, over all its loops, and how many it may: each costs memory here and a channel in Redis, and
/// strangers choose their names. A topic that some loop listens to needs no more room on another.
final class FeedRoom: Sendable {
    /// The most topics.
    let limit: Int
    /// On how many loops there are listeners of a topic.
    private let loops = Mutex<[Topic: Int]>([:])
    private let taken = Atomic<Int>(0)
    private let refusals = Atomic<Int>(0)

    /// Makes room for so many topics.
    init(limit: Int) {
        self.limit = limit
    }

    /// How many topics could still be taken up.
    var left: Int { self.limit - self.taken.load(ordering: .relaxed) }

    /// How often there was no room since the start.
    var refusedCount: Int { self.refusals.load(ordering: .relaxed) }

    /// Whether topics could be taken up; if not, that is counted. Nothing is looked up while there is room for all of them.
    func admits(_ topics: [Topic]) -> Bool {
        let left = self.left
        guard topics.count > left else { return true }
        let newCount = self.loops.withLock { loops in topics.count { loops[$0] == nil } }
        guard newCount > max(0, left) else { return true }
        self.refusals.add(1, ordering: .relaxed)
        return false
    }

    /// A loop takes up a topic.
    func take(_ topic: Topic) {
        let isNew = self.loops.withLock { loops in
            loops[topic, default: 0] += 1
            return loops[topic] == 1
        }
        if isNew { self.taken.add(1, ordering: .relaxed) }
    }

    /// Nobody on a loop listens to a topic any longer.
    func giveBack(_ topic: Topic) {
        let isLast = self.loops.withLock { loops in
            guard let count = loops[topic] else { return false }
            loops[topic] = count > 1 ? count - 1 : nil
            return count == 1
        }
        if isLast { self.taken.subtract(1, ordering: .relaxed) }
    }
}

/// Says in the log, from time to time, that streams are turned away.
struct RefusalLog {
    private static let interval = TimeAmount.seconds(30)

    private var count = 0
    private var next = NIODeadline.uptimeNanoseconds(0)

    /// Writes a line if streams were turned away since the last one.
    mutating func write(_ room: FeedRoom, to logger: Logger, at now: NIODeadline) {
        let count = room.refusedCount
        guard count > self.count, now >= self.next else { return }
        logger.warning(
            "streams are turned away: as many topics are listened to as may be",
            metadata: ["cap": "--max-feeds", "limit": "\(room.limit)", "times": "\(count - self.count)"])
        self.count = count
        self.next = now + Self.interval
    }
}
