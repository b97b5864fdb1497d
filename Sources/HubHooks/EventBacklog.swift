import DequeModule

/// What an application has yet to be told, in order. One that is away for long misses the oldest.
struct EventBacklog {
    /// How many events wait at most.
    private static let maximumCount = 10_000
    /// How many are told at once.
    private static let batchCount = 100
    /// The first pause after a failure, in milliseconds; each one more is twice as long.
    private static let firstPause: Int64 = 1000
    private static let longestPause: Int64 = 60_000

    /// What is being told, until it is known to be.
    struct Batch {
        /// The same each time.
        let id: String
        let events: [HookEvent]
        var failures = 0
    }

    private var waiting: Deque<HookEvent> = []
    private var batch: Batch?
    /// Whether a sign of life is due, which tells nothing else.
    private var isBeatDue = false
    private(set) var deliveredCount = 0
    private(set) var droppedCount = 0

    /// How many have yet to be told.
    var count: Int { self.waiting.count + (self.batch?.events.count ?? 0) }

    /// Whether there is nothing to be told, and nothing being told.
    var isIdle: Bool { self.batch == nil && self.waiting.isEmpty && !self.isBeatDue }

    /// Adds events.
    mutating func append(_ events: [HookEvent]) {
        self.waiting.append(contentsOf: events)
        let excess = max(0, self.count - Self.maximumCount)
        self.waiting.removeFirst(min(excess, self.waiting.count))
        self.droppedCount += excess
    }

    /// A sign of life is due, unless something is told anyway.
    mutating func beat() { self.isBeatDue = true }

    /// What is to be told now; `nil` if there is nothing, or something is being told.
    mutating func begin(id: String) -> Batch? {
        guard self.batch == nil, self.isBeatDue || !self.waiting.isEmpty else { return nil }
        self.isBeatDue = false
        let batch = Batch(id: id, events: Array(self.waiting.prefix(Self.batchCount)))
        self.waiting.removeFirst(batch.events.count)
        self.batch = batch
        return batch
    }

    /// What was being told is.
    mutating func succeed() {
        self.deliveredCount += self.batch?.events.count ?? 0
        self.batch = nil
    }

    /// It was not.
    /// - Returns: What is to be told again, and after how many milliseconds.
    mutating func fail() -> (Batch, pause: Int64)? {
        self.batch?.failures += 1
        return self.batch.map { batch in
            let pause = Self.firstPause << min(batch.failures - 1, 6)
            return (batch, min(pause, Self.longestPause) * Int64.random(in: 80...120) / 100)
        }
    }
}
