import ByteStrings

/// What a subscription yields.
public enum StreamItem: Hashable, Sendable {
    /// A hub began to answer: at first, and after every interruption.
    case opened(StreamOpening)
    /// An event.
    case event(StreamEvent)
    /// The hub can't prove that nothing is missing before what follows.
    case reset(StreamReset)
    /// The hub says why it ends the stream. The subscription comes back by itself.
    case close(StreamClose)
    /// The stream was lost. The subscription comes back by itself, from where it was.
    case interrupted(StreamInterruption)
}

/// An event as a subscriber gets it.
public struct StreamEvent: Hashable, Sendable {
    /// The event's id, which is also the cursor of the place after it; `nil` only if the server is not a hub.
    public let id: String?
    /// The topic that it came by. An event of several topics of the stream comes once, by one of them.
    public let topic: String
    /// The event's name, if it has one.
    public let name: String?
    /// The payload.
    public let data: String
    /// The reconnection hint in milliseconds, if the event has one.
    public let retry: Int?

    /// Makes an event.
    public init(id: String?, topic: String, name: String?, data: String, retry: Int?) {
        self.id = id
        self.topic = topic
        self.name = name
        self.data = data
        self.retry = retry
    }
}

/// Where a subscription begins. Once it has a cursor it resumes from that.
public enum StreamStart: Hashable, Sendable {
    /// With what comes after the head of the answer.
    case latest
    /// With the oldest event that the replay buffer holds.
    case earliest
    /// After an event, or the place that a cursor names.
    case after(String)
    /// With what was published since a time: a duration such as `10m`, or an RFC 3339 time.
    case since(String)
}

/// The stream was lost, or could not be opened; it will be tried again.
public struct StreamInterruption: Hashable, Sendable {
    /// What happened.
    public let error: HubClientError
    /// After which time the subscription tries again.
    public let delay: Duration

    /// Makes an interruption.
    public init(error: HubClientError, delay: Duration) {
        self.error = error
        self.delay = delay
    }
}

/// The head of a stream.
public struct StreamOpening: Hashable, Sendable {
    /// What the hub knew of the replay when it sent the head (`Hub-Replay`). What is in the stream rules.
    public enum Replay: String, Hashable, Sendable {
        /// Nothing is missing after the place that was asked for.
        case complete
        /// Something may be; a reset follows.
        case reset

        init?(field: String) {
            switch ByteString(field) {
            case "complete": self = .complete
            case "reset": self = .reset
            default: return nil
            }
        }
    }

    /// The address of the hub that answers.
    public let url: String
    /// What the hub knew of the replay; `nil` if it did not say.
    public let replay: Replay?

    /// Makes an opening.
    public init(url: String, replay: Replay?) {
        self.url = url
        self.replay = replay
    }
}

/// The hub can't prove that a topic's events up to here are complete; the stream goes on with the oldest that there is.
public struct StreamReset: Hashable, Sendable {
    /// Why something may be missing. More reasons may come.
    public struct Reason: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
        /// The reason as the hub wrote it.
        public let rawValue: String

        /// Makes a reason.
        public init(rawValue: String) { self.rawValue = rawValue }

        public var description: String { self.rawValue }

        /// The replay buffer no longer reaches back to the cursor.
        public static let trimmed = Reason(rawValue: "trimmed")
        /// The cursor is of a state that Redis no longer has.
        public static let lost = Reason(rawValue: "lost")
        /// The cursor is none of the hub's.
        public static let unknown = Reason(rawValue: "unknown")
    }

    /// The topic concerned.
    public let topic: String
    /// Why something may be missing.
    public let reason: Reason
    /// The cursor that was asked for, or the place that the stream had reached.
    public let requested: String?
    /// The oldest event that there is, if there is one.
    public let oldest: String?
    /// The latest event that there is, if there is one.
    public let latest: String?
    /// A cursor that is safe for all of the stream's topics.
    public let cursor: String?

    /// Makes a reset.
    public init(
        topic: String, reason: Reason, requested: String?, oldest: String?, latest: String?, cursor: String?
    ) {
        self.topic = topic
        self.reason = reason
        self.requested = requested
        self.oldest = oldest
        self.latest = latest
        self.cursor = cursor
    }
}

/// Why a hub ends a stream.
public struct StreamClose: Hashable, Sendable {
    /// The hub's reason. More may come.
    public struct Reason: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
        /// The reason as the hub wrote it.
        public let rawValue: String

        /// Makes a reason.
        public init(rawValue: String) { self.rawValue = rawValue }

        public var description: String { self.rawValue }

        /// The hub shuts down.
        public static let drain = Reason(rawValue: "drain")
        /// The hub has too many connections.
        public static let shed = Reason(rawValue: "shed")
        /// This subscriber read too slowly.
        public static let slow = Reason(rawValue: "slow")
        /// The token has expired. With a function that gives tokens the subscription comes back at once with a new one.
        public static let expired = Reason(rawValue: "expired")
        /// The token was revoked.
        public static let revoked = Reason(rawValue: "revoked")
    }

    /// The hub's reason.
    public let reason: Reason
    /// After how many milliseconds the subscription should come back; the hub spreads its clients with it.
    public let retry: Int?

    /// Makes a close.
    public init(reason: Reason, retry: Int?) {
        self.reason = reason
        self.retry = retry
    }
}
