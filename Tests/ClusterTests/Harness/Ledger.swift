/// What one subscriber got, and what is wrong with it.
struct Ledger: Sendable {
    /// What the hub said of a gap.
    struct Reset: Hashable, Sendable {
        let topic: String
        let reason: String
    }

    /// The numbers that came, by topic.
    private(set) var received: [String: Set<Int>] = [:]
    /// How many events came.
    private(set) var count = 0
    /// How many came twice without a reset in between.
    private(set) var doubled = 0
    /// How many came after a later one without a reset in between.
    private(set) var outOfOrder = 0
    private(set) var resets: [Reset] = []
    private(set) var closes: [String] = []
    /// Statuses other than 200, each with its `Retry-After`.
    private(set) var refusals: [Int] = []
    /// How often a stream was opened, and what `Hub-Replay` said.
    private(set) var openings: [String] = []
    /// Comments and other bytes that came, as a sign of life.
    private(set) var byteCount = 0
    private(set) var retries: [Int] = []
    /// Where to resume.
    private(set) var cursor = ""
    private var lastNumber: [String: Int] = [:]
    private var seen: [String: Set<Int>] = [:]
    private var lastID: String?

    mutating func opened(replay: String) { self.openings.append(replay) }
    mutating func refused(_ status: Int) { self.refusals.append(status) }
    mutating func closed(_ reason: String) { self.closes.append(reason) }
    mutating func retry(_ milliseconds: Int) { self.retries.append(milliseconds) }
    mutating func moved(to cursor: String) { self.cursor = cursor }
    mutating func alive(_ bytes: Int) { self.byteCount += bytes }

    mutating func event(topic: String, number: Int, id: String) {
        self.count += 1
        self.received[topic, default: []].insert(number)
        if !self.seen[topic, default: []].insert(number).inserted {
            self.doubled += 1
        } else if number < self.lastNumber[topic, default: .min] || !self.rises(id) {
            self.outOfOrder += 1
        }
        self.lastNumber[topic] = number
        self.lastID = id
    }

    /// What comes after a reset may repeat what was before: the hub said that it can't know.
    mutating func reset(topic: String, reason: String) {
        self.resets.append(Reset(topic: topic, reason: reason))
        self.lastNumber[topic] = nil
        self.seen[topic] = nil
        self.lastID = nil
    }

    /// Ids of one epoch have one width and rise as text, also from topic to topic.
    private func rises(_ id: String) -> Bool {
        guard let last = self.lastID, last.prefix(16) == id.prefix(16) else { return true }
        return id > last
    }

    /// Whether all of the numbers came; quicker than to count what did not.
    func hasAll(of expected: [String: Set<Int>]) -> Bool {
        expected.allSatisfy { topic, numbers in
            let received = self.received[topic, default: []]
            return received.count >= numbers.count && numbers.isSubset(of: received)
        }
    }

    /// How many of the numbers did not come.
    func lost(of expected: [String: Set<Int>]) -> Int {
        expected.reduce(0) { $0 + $1.value.subtracting(self.received[$1.key, default: []]).count }
    }
}
