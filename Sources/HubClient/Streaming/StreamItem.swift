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
