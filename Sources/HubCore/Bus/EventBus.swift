public import NIOCore

/// The order and the memory of one partition's events: gives ids, keeps each topic's log, and tells its delegate of
/// what is published.
///
/// `MemoryBus` and the Redis bus keep the same promises:
/// - Offsets rise across all topics of the partition. Every entry names the offset of the topic's previous one.
/// - The delegate gets the entries of all topics that it is subscribed to in the order of their offsets, on `eventLoop`,
///   except that some may be missing while, and right after, the bus says that the subscription is lost.
/// - A read that is answered tells the topic's whole state at one moment.
public protocol EventBus: AnyObject, Sendable {
    /// The one loop on which the delegate is called.
    var eventLoop: any EventLoop { get }

    /// What the bus knows of its own condition, from any thread.
    var status: BusStatus { get }

    /// Begins to work, and goes on trying if what it stands on is not there yet. Call it once.
    /// - Parameter delegate: Is told what happens, and kept until the end.
    func start(delegate: any EventBusDelegate)

    /// Publishes events in one step: all of them or none.
    /// - Parameter publications: At least one, and within the bounds of `StepSize`; anything more is `BusError.refused`.
    /// - Returns: What became of each, in order, once every event is in the replay buffer; or a `BusError`.
    func publish(_ publications: [Publication]) -> EventLoopFuture<[PublishedEvent]>

    /// Asks for a topic's entries. Does not subscribe.
    /// - Parameters:
    ///   - topic: The topic.
    ///   - range: Which entries.
    ///   - limit: How many at most.
    /// - Returns: The topic's state at one moment, on `eventLoop`; or a `BusError`.
    func read(_ topic: Topic, _ range: LogRange, limit: Int) -> EventLoopFuture<LogPage>

    /// Asks for every entry of the topic that is published from the acknowledgement (`busSubscribed`) on.
    func subscribe(_ topic: Topic)

    /// Ends a subscription. Entries that are under way may still arrive.
    func unsubscribe(_ topic: Topic)

    /// Says that this epoch has shown itself to be broken: entries that were seen are gone. If it is still the bus's
    /// epoch, the bus begins a new one.
    func reportRollback(of epoch: Epoch)

    /// Says that what arrives is of another history than what is read: the bus makes its connections anew.
    func reconnect()

    /// Drops a topic's replay buffer on every member. Ids go on rising; older cursors are told `trimmed`.
    /// - Returns: Whether there was such a topic.
    func delete(_ topic: Topic) -> EventLoopFuture<Bool>

    /// Lists topics in the order of their names' bytes.
    /// - Parameters:
    ///   - after: The name after which to begin; `nil` for the first.
    ///   - limit: How many at most.
    func topics(after: Topic?, limit: Int) -> EventLoopFuture<[TopicSummary]>

    /// Describes one topic; `nil` if there is none.
    func summary(of topic: Topic) -> EventLoopFuture<TopicSummary?>

    /// Ends the bus: what is under way fails, and connections are closed.
    func shutdown() -> EventLoopFuture<Void>
}

/// Is told by a bus, on its loop, of what happens to the topics that it is subscribed to.
public protocol EventBusDelegate: AnyObject, Sendable {
    /// The subscription of a topic is acknowledged, for the first time or again after a loss.
    func busSubscribed(_ topic: Topic)

    /// A topic that is subscribed to has changed.
    func busReceived(_ change: LogChange)

    /// What arrived together has been handed over: time to send it on.
    func busReceivedAll()

    /// Everything that was published up to here, in this order of calls, has been handed over.
    func busReached(_ position: EventID)

    /// Another epoch is in force, and has given offsets up to this clock, at least.
    func busEntered(_ epoch: Epoch, clock: Offset)

    /// Entries may be missing from here on, until the topics are acknowledged again.
    func busLostSubscriptions()
}

/// Why a bus did not do what it was asked for.
public enum BusError: Error, Hashable, Sendable {
    /// Nothing was done, and trying again later may help; the reason is one line for an operator.
    case unavailable(reason: String)
    /// The request was sent, and its outcome is unknown; repeat it with the same idempotency key.
    case unknownOutcome(reason: String)
    /// The request can't be done however often it is repeated; the reason says what is accepted.
    case refused(reason: String)

    /// Why, in one line.
    public var reason: String {
        switch self {
        case .unavailable(let reason), .unknownOutcome(let reason), .refused(let reason): reason
        }
    }
}

/// The condition of a bus.
public enum BusStatus: Hashable, Sendable {
    /// Events are published and delivered.
    case ready
    /// Events are not delivered; the reason is one line for an operator.
    case notReady(reason: String)
}

/// What happened to the log of a topic.
public enum LogChange: Sendable {
    /// An event was appended.
    case appended(Event)
    /// The replay buffer was dropped; the topic's last offset stays.
    case deleted(Topic, last: Offset, epoch: Epoch)
    /// All events had passed their age, and the topic was forgotten.
    case retired(Topic, last: Offset, epoch: Epoch)
}

/// What the bus can say of a topic.
public struct TopicSummary: Hashable, Sendable {
    /// The topic.
    public let topic: Topic
    /// How many events the replay buffer holds.
    public let eventCount: Int
    /// The oldest event that the replay buffer holds, if it holds any.
    public let oldest: EventID?
    /// The topic's last event, even if the replay buffer holds it no longer.
    public let latest: EventID?

    /// Makes a summary.
    public init(topic: Topic, eventCount: Int, oldest: EventID?, latest: EventID?) {
        self.topic = topic
        self.eventCount = eventCount
        self.oldest = oldest
        self.latest = latest
    }
}
