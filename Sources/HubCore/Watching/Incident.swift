import ByteStreams
public import ByteStrings

/// Something that went otherwise than whoever looks after the hub would wish: a reset, a refusal, a slow reader.
public struct Incident: Hashable, Sendable {
    /// What kind of thing.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A stream was told that nothing can be proved of a topic.
        case reset
        /// A stream's client takes less than there is.
        case slow
        /// Such a stream went on with the latest, by the policy `skip`.
        case skipped
        /// The hub ended a stream.
        case closed
        /// A request was refused.
        case refused
    }

    /// What kind of thing.
    public let kind: Kind
    /// Why, in a word or a line.
    public let reason: String
    /// The same without anything that the client chose.
    public let cause: String
    /// The topic concerned; of a stream of several, one of them.
    public let topic: Topic?
    /// The transport of the stream concerned, as in metrics.
    public let transport: String?
    /// The address of the client.
    public let client: String?
    /// Whose stream it is.
    public let subject: ByteString?

    /// Makes an incident.
    public init(
        _ kind: Kind, _ reason: String, cause: String? = nil, topic: Topic? = nil, transport: String? = nil,
        client: String? = nil, subject: ByteString? = nil
    ) {
        self.kind = kind
        self.reason = reason
        self.cause = cause ?? reason
        self.topic = topic
        self.transport = transport
        self.client = client
        self.subject = subject
    }

    /// The same, of a stream.
    init(_ kind: Kind, _ reason: String, of subscriber: Subscriber, topic: Topic? = nil) {
        self.init(
            kind, reason, topic: topic ?? subscriber.topics.first?.topic, transport: subscriber.outlet.transport,
            client: subscriber.outlet.client?.description, subject: subscriber.owner?.name)
    }

    /// Whether another one is the same thing over again: of a topic, whoever it happened to, and of a client, whatever it asked for.
    func isLike(_ other: Incident) -> Bool {
        guard self.kind == other.kind, self.cause == other.cause, self.transport == other.transport else {
            return false
        }
        return self.kind == .refused ? self.client == other.client : self.topic == other.topic
    }
}
