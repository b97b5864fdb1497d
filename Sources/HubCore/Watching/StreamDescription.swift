public import ByteStreams
public import ByteStrings

/// Which streams are asked for.
public enum StreamQuery: Hashable, Sendable {
    /// All of them.
    case all
    /// Those of a topic.
    case topic(Topic)
    /// Those of an address.
    case client(ClientAddress)
    /// Those of a token's subject.
    case subject(ByteString)
}

/// Tells a stream from all others of this process, as long as the process lasts.
public struct StreamID: Hashable, Sendable, CustomStringConvertible {
    let shard: Int
    let number: Int

    init(shard: Int, number: Int) {
        self.shard = shard
        self.number = number
    }

    /// Reads what `description` writes; `nil` if it is something else.
    public init?(_ text: ByteString) {
        let (first, second) = text.cut(at: UInt8(ascii: "-"))
        guard let shard = first.number, let number = second?.number else { return nil }
        self.init(shard: shard, number: number)
    }

    /// Two numbers.
    public var description: String { "\(self.shard)-\(self.number)" }
}

/// How a stream is at the moment.
public struct StreamDescription: Sendable {
    /// Where a stream is in its life.
    public enum State: String, Sendable {
        /// Where it begins is not decided yet.
        case opening
        /// It has yet to be sent what lies between its position and the newest event.
        case behind
        /// It gets each event as it comes.
        case live
    }

    /// Which stream.
    public let id: StreamID
    /// Its transport, as in metrics.
    public let transport: String
    /// The address of its client; `nil` if that is not known.
    public let client: ClientAddress?
    /// Whose it is; `nil` if it is nobody's.
    public let subject: ByteString?
    /// The first of its topics.
    public let topics: [Topic]
    /// How many topics it has.
    public let topicCount: Int
    /// For how long it has been there, in seconds.
    public let age: Double
    /// Where it is in its life.
    public let state: State
    /// Whether its client took less than there was.
    public let isSlow: Bool
    /// How many bytes its client has not taken yet.
    public let backlog: Int
    /// Its position; `nil` before it begins.
    public let cursor: Cursor?
    /// How many events it has yet to be sent; `nil` if more than is held in memory.
    public let lag: Int?
}
