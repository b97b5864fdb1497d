/// Streams of one kind, whose deliveries are counted together.
public struct StreamGroup: Sendable {
    /// How many streams.
    public var count: Int
    /// The topics that they have between them.
    public var topics: Range<Int>
    /// How many of the topics each stream has.
    public var topicsPerStream: Int
    /// The cursor that they resume from.
    public var lastEventID: String?
    /// The tokens that they have in turn; none if there are none.
    public var tokens: [String]
    /// Whether they read nothing but the head, with as small a buffer as the kernel allows.
    public var isStalled: Bool

    /// Makes a group.
    public init(
        _ count: Int, topics: Range<Int> = 0..<1, topicsPerStream: Int = 1, lastEventID: String? = nil,
        tokens: [String] = [], isStalled: Bool = false
    ) {
        self.count = count
        self.topics = topics
        self.topicsPerStream = min(topicsPerStream, topics.count)
        self.lastEventID = lastEventID
        self.tokens = tokens
        self.isStalled = isStalled
    }

    /// The token of one stream.
    func token(of stream: Int) -> String? {
        self.tokens.isEmpty ? nil : self.tokens[stream % self.tokens.count]
    }

    /// The topics of one stream, each once; neighbours have different ones, and all topics have about as many streams.
    func topics(of stream: Int) -> [Int] {
        let stride = self.topics.count % 7 == 0 ? 1 : 7
        return (0..<self.topicsPerStream).map { number in
            self.topics.lowerBound + (stream + number * stride) % self.topics.count
        }
    }
}
