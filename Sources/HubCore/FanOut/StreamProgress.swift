/// How far a stream is in its topics, and what has to be proved or told of each of them before it goes on.
///
/// A stream has one position for all of its topics, since a cursor is one. What is particular to one of them is kept only while
/// anything is.
struct StreamProgress {
    /// What is particular to one topic.
    private struct Particulars {
        /// Every event of the topic up to here was sent, was not asked for, or was told to be missing, even if the stream's
        /// position is before it: so it is while a topic that came later has its past replayed, or others have events within a
        /// gap.
        var floor = Offset.zero
        /// What the stream does at a gap.
        var policy = GapPolicy.prove
        /// Where the topic began here, or was last told a reset.
        var origin: Offset
    }

    /// Every event up to here was sent, or was not asked for.
    private(set) var position = Offset.zero
    /// How many topics the stream has.
    private(set) var topicCount: Int
    /// Where the stream began here, or was last told a reset; that of every topic while nothing is particular.
    private var origin = Offset.zero
    /// One for each topic, while there is anything particular to one of them.
    private var particulars: [Particulars] = []

    /// Makes the progress of a stream that has yet to begin.
    init(topicCount: Int) {
        self.topicCount = topicCount
    }

    // MARK: - One topic

    /// Every event of a topic up to here was sent, was not asked for, or was told to be missing.
    func reached(_ topic: Int) -> Offset {
        self.particulars.isEmpty ? self.position : max(self.position, self.particulars[topic].floor)
    }

    /// Where a topic began here, or was last told a reset.
    func origin(_ topic: Int) -> Offset {
        self.particulars.isEmpty ? self.origin : self.particulars[topic].origin
    }

    /// What the stream does at a gap of a topic.
    func policy(_ topic: Int) -> GapPolicy {
        self.particulars.isEmpty ? .prove : self.particulars[topic].policy
    }

    // MARK: - All topics

    /// Whether no topic is ahead of the stream's position.
    var isTogether: Bool { self.particulars.allSatisfy { $0.floor <= self.position } }

    /// Whether nothing is to be proved but gaps.
    var provesOnly: Bool { self.particulars.allSatisfy { $0.policy == .prove } }

    /// Whether a topic's reset is to be said even where there is no gap to be seen.
    var isAnnouncing: Bool {
        self.particulars.contains { if case .announce = $0.policy { true } else { false } }
    }

    /// Whether the stream stands on nothing but offsets of a history.
    func stands(in reigns: Reigns) -> Bool {
        reigns.gave(self.position) && self.particulars.allSatisfy { reigns.gave($0.floor) }
    }

    // MARK: - Steps

    /// Begins all topics anew, at one position.
    mutating func begin(at position: Offset, _ policy: (Int) -> GapPolicy) {
        let policies = (0..<self.topicCount).map(policy)
        self.position = position
        self.origin = position
        let isSettled = policies.allSatisfy { $0 == .prove }
        self.particulars = isSettled ? [] : policies.map { Particulars(policy: $0, origin: position) }
    }

    /// Stands there from now on: events were sent, or have to be sent again.
    mutating func move(to position: Offset) {
        self.position = position
    }

    /// Everything up to there was sent.
    mutating func advance(to position: Offset) {
        self.position = max(self.position, position)
    }

    mutating func setPolicy(_ policy: GapPolicy, of topic: Int) {
        self.unsettle()
        self.particulars[topic].policy = policy
        self.settle()
    }

    /// The head of the response is sent, and topics are still to begin with the earliest: what is published from here on is due.
    mutating func limitBeginnings(to head: Offset) {
        for topic in self.particulars.indices {
            if case .accept(let until) = self.particulars[topic].policy {
                self.particulars[topic].policy = .accept(until: min(until, head))
            }
        }
    }

    /// The topics that were asked for from the earliest on begin at these positions: nothing before them was asked for, and
    /// whatever is trimmed after them is missed.
    mutating func settleBeginnings(_ beginnings: [(topic: Int, position: Offset)]) {
        guard !beginnings.isEmpty else { return }
        for (topic, position) in beginnings {
            self.particulars[topic].floor = max(self.reached(topic), position)
            self.particulars[topic].policy = .prove
        }
        self.catchUpWithFloors()
        self.raiseOrigins()
        self.settle()
    }

    /// Gaps of some topics were told, and the stream goes on at `position`.
    mutating func cross(_ gaps: [(topic: Int, end: Offset)], to position: Offset) {
        self.advance(to: position)
        self.unsettle()
        for (topic, end) in gaps {
            self.particulars[topic].floor = max(self.reached(topic), end)
            self.particulars[topic].policy = .prove
            self.particulars[topic].origin = max(self.particulars[topic].origin, self.reached(topic))
        }
        self.settle()
    }

    /// Everything that there is was sent.
    mutating func proveAll() {
        for topic in self.particulars.indices { self.particulars[topic].policy = .prove }
        self.settle()
    }

    /// Adds a topic. If it begins before the stream's position, the position goes back there, and the other topics wait where
    /// they are: so the position stays one that nothing is missing before.
    mutating func add(at position: Offset, _ policy: GapPolicy) {
        self.unsettle()
        for topic in self.particulars.indices { self.particulars[topic].floor = self.reached(topic) }
        self.topicCount += 1
        self.particulars.append(Particulars(floor: position, policy: policy, origin: position))
        self.position = self.particulars.map(\.floor).min() ?? position
        self.settle()
    }

    /// Takes a topic away. If the others waited for it, the position is theirs again.
    mutating func remove(_ topic: Int) {
        self.topicCount -= 1
        guard !self.particulars.isEmpty else { return }
        self.particulars.remove(at: topic)
        self.catchUpWithFloors()
        self.settle()
    }

    private mutating func catchUpWithFloors() {
        self.advance(to: self.particulars.map(\.floor).min() ?? .zero)
    }

    private mutating func raiseOrigins() {
        for topic in self.particulars.indices {
            self.particulars[topic].origin = max(self.particulars[topic].origin, self.position)
        }
    }

    private mutating func unsettle() {
        guard self.particulars.isEmpty else { return }
        self.particulars = Array(repeating: Particulars(origin: self.origin), count: self.topicCount)
    }

    /// Lets go of what is no longer particular.
    private mutating func settle() {
        guard let origin = self.particulars.first?.origin, self.isTogether, self.provesOnly,
            self.particulars.allSatisfy({ $0.origin == origin })
        else { return }
        self.origin = origin
        self.particulars = []
    }
}

/// What a stream does where the log of one of its topics begins only after the stream's position.
enum GapPolicy: Hashable, Sendable {
    /// Says that events were trimmed.
    case prove
    /// Looks whether there are events between two places, which would have been missed, and goes back or says so. With a
    /// hole it is known that there are some.
    case verify(after: Offset, through: Offset, hole: Bool)
    /// Begins with what there is, since the client asked for the earliest; but not after `until`, where the head of the response
    /// was sent before: what was published after that is due. Lasts until the beginning is known, and no longer: what is
    /// trimmed from then on would be missed.
    case accept(until: Offset)
    /// Says that nothing can be proved, even where there is no gap to be seen.
    case announce(ResetNotice.Reason, requested: String)
}
