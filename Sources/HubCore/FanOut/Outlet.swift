public import ByteStreams
public import NIOCore

/// A subscriber's end of a stream: takes encoded events to the client. Used only on the shard's loop.
public protocol Outlet: AnyObject {
    /// The wire format that this outlet takes.
    var encoding: any EventEncoding { get }

    /// The transport's name in metrics: its path without the slash.
    var transport: String { get }

    /// The address of the client; `nil` if that is not known.
    var client: ClientAddress? { get }

    /// Whether the outlet takes more. When it does again after `false`, it calls `Shard.resume`.
    var isWritable: Bool { get }

    /// Where events are written without asking the outlet while that takes them, if the outlet does nothing else with them
    /// and takes any number at a time. Looked at when the outlet is open.
    var directSink: ConnectionSink? { get }

    /// How many bytes were given to the outlet that the client has not taken yet. While the outlet is not writable it
    /// shrinks as long as the client takes anything at all.
    var backlog: Int { get }

    /// How many events the outlet takes in one delivery.
    var eventLimit: Int { get }

    /// The stream begins; called once, before anything else.
    func open(_ opening: StreamOpening)

    /// Takes events, encoded and one after the other.
    /// - Parameters:
    ///   - bytes: The events; all of them, even if `isWritable` is `false` afterwards.
    ///   - count: How many events they are.
    ///   - cursor: The position after the last of them.
    func deliver(_ bytes: ByteBuffer, count: Int, through cursor: Cursor)

    /// Says that nothing can be proved of one of the topics.
    func reset(_ notice: ResetNotice)

    /// Everything that there is has been delivered: the stream is live from this position on, until it falls behind.
    func caughtUp(at cursor: Cursor)

    /// Whether the outlet has a use for heartbeats.
    var hasHeartbeat: Bool { get }

    /// Sends a sign of life, if the outlet is writable.
    func heartbeat()

    /// Ends the stream, and tells the client why.
    func close(_ reason: CloseReason)
}

extension Outlet {
    /// A transport that is not counted apart.
    public var transport: String { "other" }

    /// An outlet that is no connection's has none.
    public var client: ClientAddress? { nil }

    /// The outlet is given every event.
    public var directSink: ConnectionSink? { nil }

    /// A stream takes as many as there are.
    public var eventLimit: Int { .max }

    /// A stream that lasts has.
    public var hasHeartbeat: Bool { true }

    /// An outlet that does not know takes nothing.
    public var backlog: Int { 0 }

    /// A stream just goes on.
    public func caughtUp(at cursor: Cursor) {}
}

/// What is known of a stream when its head is sent.
public struct StreamOpening: Hashable, Sendable {
    /// Whether the stream can be proved to be complete from where it was asked to begin.
    public enum Replay: String, Sendable {
        /// Every event after the cursor will be sent.
        case complete
        /// A reset will be said.
        case reset
    }

    /// What is known of the replay; `nil` while the bus can't be asked.
    public let replay: Replay?
    /// The position before the first event to come; `nil` if a reset comes first, or nothing is known.
    public let cursor: Cursor?

    /// Makes the opening.
    public init(replay: Replay?, cursor: Cursor?) {
        self.replay = replay
        self.cursor = cursor
    }
}

/// Tells a client that the hub can't prove to have sent it every event of a topic.
public struct ResetNotice: Hashable, Sendable {
    /// Why.
    public enum Reason: String, Sendable {
        /// The replay buffer no longer reaches back to the cursor.
        case trimmed
        /// A well-formed cursor of state that the bus no longer has.
        case lost
        /// Not a cursor of ours.
        case unknown
    }

    /// The topic concerned.
    public let topic: Topic
    /// Why nothing can be proved.
    public let reason: Reason
    /// The cursor that was asked for.
    public let requested: String
    /// The oldest event that there is.
    public let oldest: EventID?
    /// The newest event that there is.
    public let latest: EventID?
    /// A position that is safe for all topics of the stream: a reconnect from here does not meet this reset again. `nil`
    /// where that holds only after what follows at once: another topic's reset, or an event.
    public let cursor: Cursor?

    /// Makes a notice.
    public init(
        topic: Topic, reason: Reason, requested: String, oldest: EventID?, latest: EventID?, cursor: Cursor?
    ) {
        self.topic = topic
        self.reason = reason
        self.requested = requested
        self.oldest = oldest
        self.latest = latest
        self.cursor = cursor
    }
}

/// Why the hub ends a stream.
public enum CloseReason: String, CaseIterable, Hashable, Sendable {
    /// This member is about to stop.
    case drain
    /// This member has more streams than it should.
    case shed
    /// The client did not take what was sent.
    case slow
    /// The stream had its time.
    case expired
    /// What its owner was granted was taken back.
    case revoked
}
