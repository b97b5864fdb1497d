import DequeModule

/// One stream, on one shard: its topics, its place in them, and where its events go. Used only on the shard's loop.
public final class Subscriber {
    enum Phase: UInt8 {
        /// Where the stream begins is not decided yet.
        case opening
        /// Has yet to be sent what lies between its place and the newest event.
        case behind
        /// Gets each event as it comes.
        case live
        /// Gets nothing more.
        case closed
    }

    /// Leads to the stream while it lasts: what waits for a time that lies after its end, such as the timeout of a long poll that
    /// was answered, must not keep it. A weak reference would, but makes each use of the stream by a delivery dearer.
    final class Membership {
        fileprivate(set) var subscriber: Subscriber?
    }

    let outlet: any Outlet
    let encoding: any EventEncoding
    private let states: LiveStates
    /// Where the shard has the stream's state.
    private(set) var seat: Int
    let membership = Membership()
    private(set) var topics: [ShardTopic]
    /// The subscriber's slot in the roster of each of its topics, or in that of the streams without one.
    var slots: [Int] = []
    /// Where the stream began here, or was last told a reset; that of every topic while `lanes` is empty.
    private var origin = Offset.zero
    /// One for each topic, while there is anything particular to one of them.
    private(set) var lanes: [LaneState] = []
    /// Topics that are to come or to go, in the order in which the client asked for it.
    var changes: Deque<TopicChange> = []
    /// Where the stream is to begin, until that is resolved and the head of the answer was sent.
    var start: StartPosition?
    /// Where the head of the answer was sent, if that was before the beginning was known.
    var unprovedHead: UnprovedHead?
    /// What the bus is asked, or was, before the stream or the next of its new topics can begin.
    private(set) var confirmation: Confirmation?
    /// The outlet was told that the stream begins.
    var isOpen = false
    /// The head of the answer is still on its way to the client, who can't be called slow yet.
    var isHeadPending = false
    /// Asked for what it had missed, and has yet to be counted for it.
    var isReplay = false
    /// Waits for its turn to catch up.
    var isQueued = false
    /// Was live, and did not take what it was sent before. One that catches up is sent as much at a time as its connection
    /// holds, and is not slow because that is full.
    var isSlow = false
    /// Which stall of its shard this is, while the outlet takes nothing and there is something to send.
    var stall: Int?
    /// What it holds of its topics' logs while it is behind what the rings hold.
    var pages: HeldPages?
    /// Waits until there is room for such pages.
    var isApplicant = false
    /// What the events of one tick amount to, for a stream of several topics.
    var gathered: GatheredEvents?

    init(topics: [ShardTopic], start: StartPosition, outlet: any Outlet, states: LiveStates = LiveStates()) {
        self.topics = topics
        self.start = start
        self.outlet = outlet
        self.encoding = outlet.encoding
        self.states = states
        self.seat = states.add(encodingSlot: self.encoding.slot)
        self.membership.subscriber = self
    }

    /// Every event up to here was sent, or was not asked for.
    var place: Offset {
        get { self.states[self.seat].place }
        set { self.states.setPlace(newValue, of: self.seat) }
    }

    var phase: Phase {
        get { self.states[self.seat].phase }
        set { self.states.setPhase(newValue, of: self.seat) }
    }

    /// Takes the stream's bytes as they are, right now; -1 while they have to go through the outlet. Set by the outlet's
    /// socket alone.
    var descriptor: CInt {
        get { self.states[self.seat].descriptor }
        set { self.states.setDescriptor(newValue, of: self.seat) }
    }

    /// Nothing more is given to the stream.
    func end() {
        self.outlet.directSocket?.stream = nil
        self.membership.subscriber = nil
        self.states.remove(self.seat)
        self.seat = LiveStates.nobody
    }

    // MARK: - Confirmation

    /// Notes that the bus is to be asked about a place.
    /// - Returns: Whether it has yet to be.
    func ask(_ place: Offset) -> Bool {
        guard self.confirmation?.place != place else { return false }
        self.confirmation = Confirmation(place: place)
        return true
    }

    /// The bus was asked about a place.
    /// - Returns: Whether that was still to be known.
    func confirm(_ place: Offset) -> Bool {
        guard let asked = self.confirmation, asked.place == place, !asked.isGiven else { return false }
        self.confirmation?.isGiven = true
        return true
    }

    /// Whether the bus itself has said what it knows of a place.
    func isConfirmed(_ place: Offset) -> Bool {
        self.confirmation.map { $0.place == place && $0.isGiven } ?? false
    }

    /// There is nothing to be asked any longer: the place was used, or another epoch began.
    func forgetConfirmation() { self.confirmation = nil }

    // MARK: - Lanes

    /// The lane of a topic, or the one that it is to have next; `nil` if the stream has let go of it.
    func lane(of topic: ShardTopic) -> Int? {
        if let lane = self.topics.firstIndex(where: { $0 === topic }) { return lane }
        guard case .add(let next, _, _) = self.changes.first?.kind, next === topic else { return nil }
        return self.topics.count
    }

    /// Every event of a topic up to here was sent, or was not asked for.
    func reached(_ lane: Int) -> Offset {
        self.lanes.isEmpty ? self.place : max(self.place, self.lanes[lane].floor)
    }

    /// Where a topic began here, or was last told a reset.
    func origin(_ lane: Int) -> Offset {
        self.lanes.isEmpty ? self.origin : self.lanes[lane].origin
    }

    func policy(_ lane: Int) -> GapPolicy {
        self.lanes.isEmpty ? .prove : self.lanes[lane].policy
    }

    /// Where a topic stood when it met a gap that the stream has yet to be told.
    func gapStart(_ lane: Int) -> Offset {
        (self.lanes.isEmpty ? nil : self.lanes[lane].gapStart) ?? self.reached(lane)
    }

    /// Whether no topic is ahead of the stream's place.
    var isTogether: Bool { self.lanes.allSatisfy { $0.floor <= self.place } }

    /// Whether nothing is to be proved but gaps.
    var provesOnly: Bool { self.lanes.allSatisfy { $0.policy == .prove } }

    /// Begins all topics anew, at one place.
    func begin(at place: Offset, _ policy: (Int) -> GapPolicy) {
        self.place = place
        self.origin = place
        let isSettled = self.topics.indices.allSatisfy { policy($0) == .prove }
        self.lanes = isSettled ? [] : self.topics.indices.map { LaneState(policy: policy($0), origin: place) }
    }

    func setPolicy(_ policy: GapPolicy, of lane: Int) {
        self.unsettle()
        self.lanes[lane].policy = policy
        self.settle()
    }

    /// The head of the answer is sent, and topics are still to begin with the earliest: what is published from here on is due.
    func limitBeginnings(to head: Offset) {
        for lane in self.lanes.indices {
            if case .accept(let until) = self.lanes[lane].policy {
                self.lanes[lane].policy = .accept(until: min(until, head))
            }
        }
    }

    /// The topics that were asked for from the earliest on begin at these places: nothing before them was asked for, and
    /// whatever is trimmed after them is missed.
    func settleBeginnings(_ beginnings: [(lane: Int, place: Offset)]) {
        guard !beginnings.isEmpty else { return }
        for (lane, place) in beginnings {
            self.lanes[lane].floor = max(self.reached(lane), place)
            self.lanes[lane].policy = .prove
        }
        self.place = max(self.place, self.lanes.map(\.floor).min() ?? .zero)
        for lane in self.lanes.indices { self.lanes[lane].origin = max(self.lanes[lane].origin, self.place) }
        self.settle()
    }

    /// Notes whether there is a gap right after what was sent of a topic.
    func noteGap(_ lane: Int, exists: Bool) {
        if exists {
            self.unsettle()
            self.lanes[lane].gapStart = self.gapStart(lane)
        } else if !self.lanes.isEmpty {
            self.lanes[lane].gapStart = nil
        }
    }

    /// The stream goes on after gaps of some of its topics, all of which end before `place`.
    func cross(_ crossed: [Int], to place: Offset) {
        self.place = max(self.place, place)
        self.unsettle()
        for lane in self.lanes.indices { self.lanes[lane].origin = max(self.lanes[lane].origin, self.place) }
        for lane in crossed {
            self.lanes[lane].gapStart = nil
            self.lanes[lane].policy = .prove
        }
        self.settle()
    }

    /// Everything that there is was sent.
    func proveAll() {
        for lane in self.lanes.indices {
            self.lanes[lane].policy = .prove
            self.lanes[lane].gapStart = nil
        }
        self.settle()
    }

    /// Adds a topic. If it begins before the stream's place, the place goes back there, and the other topics wait where
    /// they are: so the place stays one that nothing is missing before.
    func add(_ topic: ShardTopic, at place: Offset, _ policy: GapPolicy) {
        self.unsettle()
        for lane in self.lanes.indices { self.lanes[lane].floor = self.reached(lane) }
        self.topics.append(topic)
        self.pages?.addLane()
        self.lanes.append(LaneState(floor: place, policy: policy, origin: place))
        self.place = self.lanes.map(\.floor).min() ?? place
        self.settle()
    }

    /// Takes a topic away. If the others waited for it, the place is theirs again.
    func remove(_ lane: Int) {
        self.topics.remove(at: lane)
        self.pages?.removeLane(lane)
        guard !self.lanes.isEmpty else { return }
        self.lanes.remove(at: lane)
        self.place = max(self.place, self.lanes.map(\.floor).min() ?? .zero)
        self.settle()
    }

    private func unsettle() {
        guard self.lanes.isEmpty else { return }
        self.lanes = self.topics.map { _ in LaneState(origin: self.origin) }
    }

    /// Lets go of what is no longer particular.
    private func settle() {
        guard let origin = self.lanes.first?.origin, self.isTogether, self.provesOnly,
            self.lanes.allSatisfy({ $0.gapStart == nil && $0.origin == origin })
        else { return }
        self.origin = origin
        self.lanes = []
    }
}
