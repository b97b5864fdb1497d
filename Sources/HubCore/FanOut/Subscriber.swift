public import ByteStreams
import DequeModule
import NIOCore

/// One stream, on one shard: its topics, how far it is in them, and where its events go. Used only on the shard's loop.
public final class Subscriber {
    /// Where a stream is in its life.
    enum Phase: UInt8 {
        /// Where the stream begins is not decided yet.
        case opening
        /// Has yet to be sent what lies between its position and the newest event.
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
    let membership = Membership()
    /// Tells it from the others of its shard.
    let number: Int
    let beginningTime = NIODeadline.now()
    private let states: LiveStates
    /// Where the shard has the stream's state.
    private(set) var seat: LiveStates.Seat
    private(set) var topics: [ShardTopic]
    /// The subscriber's slot in the roster of each of its topics, or in that of the streams without one.
    private(set) var slots: [Int] = []
    /// Topics that are to come or to go, in the order in which the client asked for it.
    private(set) var changes: Deque<TopicChange> = []
    private(set) var beginning: StreamBeginning
    private(set) var pace = StreamPace()
    /// What it holds of its topics' logs while it is behind what the rings hold.
    private(set) var pages: HeldPages?
    /// What the events of one tick amount to, for a stream of several topics.
    private(set) var gathered: EventBatch?
    /// Whose it is; `nil` if it is nobody's.
    private(set) var owner: StreamOwner?
    /// How often it was said how long the stream may last.
    private(set) var term: UInt32 = 0
    /// As of the last step; the position is the table's meanwhile.
    private var lastProgress: StreamProgress
    /// Waits for its turn to catch up.
    private var isQueued = false
    /// Waits until there is room for pages.
    private var isApplicant = false

    init(
        topics: [ShardTopic], start: StartPosition, outlet: any Outlet, states: LiveStates = LiveStates(),
        number: Int = 0
    ) {
        self.number = number
        self.topics = topics
        self.beginning = StreamBeginning(start)
        self.lastProgress = StreamProgress(topicCount: topics.count)
        self.outlet = outlet
        self.encoding = outlet.encoding
        self.states = states
        self.seat = states.add(encodingSlot: self.encoding.slot)
        self.membership.subscriber = self
    }

    // MARK: - Life

    var phase: Phase { self.states[self.seat].phase }

    /// The stream is to catch up from its position.
    func fallBehind() { self.states.setPhase(.behind, of: self.seat) }

    /// The stream has everything that there is.
    func goLive() {
        self.progress { $0.proveAll() }
        self.states.setPhase(.live, of: self.seat)
    }

    /// The stream begins anew: nobody has been told of its beginning.
    func reopen() { self.states.setPhase(.opening, of: self.seat) }

    /// Nothing more is given to the stream.
    func end() {
        self.outlet.directSink?.lendDescriptor(to: nil)
        self.membership.subscriber = nil
        self.states.remove(self.seat)
        self.seat = LiveStates.nobody
    }

    /// The stream is somebody's.
    func take(owner: StreamOwner?) { self.owner = owner }

    /// The stream may last for another time than was said before.
    func beginTerm() { self.term += 1 }

    /// Takes the stream's bytes as they are, right now; -1 while they have to go through the outlet.
    var descriptor: CInt { self.states[self.seat].descriptor }

    // MARK: - Progress

    /// Every event up to here was sent, or was not asked for.
    var position: Offset { self.states[self.seat].position }

    /// How far the stream is.
    var progress: StreamProgress {
        var progress = self.lastProgress
        progress.move(to: self.position)
        return progress
    }

    /// Takes a step of the progress, such as crossing a gap.
    @discardableResult
    func progress<Result>(_ step: (inout StreamProgress) -> Result) -> Result {
        self.lastProgress.move(to: self.position)
        defer { self.states.setPosition(self.lastProgress.position, of: self.seat) }
        return step(&self.lastProgress)
    }

    /// An event was sent.
    func advance(to position: Offset) { self.states.setPosition(max(position, self.position), of: self.seat) }

    /// Takes a step of the beginning, such as sending the head.
    func begin<Result>(_ step: (inout StreamBeginning) -> Result) -> Result { step(&self.beginning) }

    /// Takes a step of the pace, such as parking.
    func pace<Result>(_ step: (inout StreamPace) -> Result) -> Result { step(&self.pace) }

    // MARK: - Topics

    /// The index of a topic, or the one that it is to have next; `nil` if the stream has let go of it.
    func index(of topic: ShardTopic) -> Int? {
        if let index = self.topics.firstIndex(where: { $0 === topic }) { return index }
        guard case .add(let next, _, _) = self.changes.first?.kind, next === topic else { return nil }
        return self.topics.count
    }

    /// Adds a topic, which begins at a position.
    func add(_ topic: ShardTopic, at position: Offset, _ policy: GapPolicy) {
        self.topics.append(topic)
        self.pages?.addTopic()
        self.progress { $0.add(at: position, policy) }
    }

    /// Takes a topic away.
    func removeTopic(_ index: Int) {
        self.topics.remove(at: index)
        self.pages?.removeTopic(index)
        self.progress { $0.remove(index) }
    }

    /// Notes where the rosters have the stream.
    func take(slots: [Int]) { self.slots = slots }

    /// A topic is to come or to go.
    func append(_ change: TopicChange) { self.changes.append(change) }

    /// The first change is made.
    func removeFirstChange() { self.changes.removeFirst() }

    /// No change will be made.
    func removeAllChanges() { self.changes = [] }

    // MARK: - Turns

    /// The stream waits for its turn to catch up.
    /// - Returns: Whether it did not before.
    func enqueue() -> Bool {
        defer { self.isQueued = true }
        return !self.isQueued
    }

    /// The stream has its turn.
    func dequeue() { self.isQueued = false }

    /// The stream waits until there is room for pages.
    /// - Returns: Whether it did not before.
    func apply() -> Bool {
        defer { self.isApplicant = true }
        return !self.isApplicant
    }

    /// There is room for pages.
    func admit(_ pages: HeldPages) {
        self.isApplicant = false
        self.pages = pages
    }

    /// Does something with the pages that the stream holds, if it holds any.
    func pages<Result>(_ step: (inout HeldPages) -> Result) -> Result? {
        guard var pages = self.pages.take() else { return nil }
        defer { self.pages = pages }
        return step(&pages)
    }

    /// The stream holds no page any longer.
    func releasePages() { self.pages = nil }

    // MARK: - Gathering

    /// Takes an event of the tick that is under way.
    func gather(_ event: Event) {
        // An event of several topics comes once for each of them, under one id.
        if let last = self.gathered?.last, last >= event.offset { return }
        self.gathered.append(event, as: self.encoding)
    }

    /// Takes out what was gathered.
    func takeGathered() -> EventBatch? { self.gathered.take() }
}

extension Subscriber: DescriptorUser {
    /// Deliveries send past the outlet while they may.
    public func descriptorChanged(to descriptor: CInt) {
        self.states.setDescriptor(descriptor, of: self.seat)
    }
}
