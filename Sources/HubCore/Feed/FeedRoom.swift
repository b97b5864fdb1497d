import Logging
import NIOCore
import Synchronization

/// How many topics a process listens to, over all its loops, and how many it may: each costs memory here and a channel in
/// Redis, and strangers choose their names.
final class FeedRoom: Sendable {
    /// The most topics.
    let limit: Int
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

    /// A loop takes up a topic, which may prove to be another loop's too.
    func take() {
        self.taken.add(1, ordering: .relaxed)
    }

    /// Nobody listens to a topic any longer, or another loop did before.
    func giveBack() {
        self.taken.subtract(1, ordering: .relaxed)
    }

    /// A stream was turned away.
    func refuse() {
        self.refusals.add(1, ordering: .relaxed)
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
