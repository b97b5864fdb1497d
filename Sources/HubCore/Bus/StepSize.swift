/// How much a step of publishing writes: no other publisher is served meanwhile, so it has bounds.
public struct StepSize: Hashable, Sendable {
    /// The most entries of a step: each event counts once for each of its topics.
    public static let maximumEntries = 1_000
    /// The most bytes that a step of several entries stores: data, name and topic of each.
    public static let maximumBytes = 16 << 20

    /// What is too much of a step; the description says what is accepted.
    public enum Excess: Hashable, Sendable, CustomStringConvertible {
        /// So many entries.
        case entries(Int)
        /// So many bytes.
        case bytes(Int)

        public var description: String {
            switch self {
            case .entries(let count):
                """
                a step may have \(StepSize.maximumEntries) events at most, each counted once for each of its topics; \
                this one has \(count)
                """
            case .bytes(let count):
                """
                a step may store \(StepSize.maximumBytes) bytes at most, each event once for each of its topics; this one \
                would store \(count)
                """
            }
        }
    }

    /// How many entries the step appends to logs.
    public private(set) var entries = 0
    /// How many bytes these store.
    public private(set) var bytes = 0

    /// The size of a step without an event.
    public init() {}

    /// The size of a step.
    public init(of publications: [Publication]) {
        for publication in publications {
            let shared = publication.data.bytes.count + (publication.name?.name.utf8.count ?? 0)
            self.entries += publication.topics.count
            for topic in publication.topics { self.bytes += shared + topic.name.utf8.count }
        }
    }

    /// What is too much; `nil` if the step is within its bounds. One entry alone may be as large as any event.
    public var excess: Excess? {
        if self.entries > Self.maximumEntries { return .entries(self.entries) }
        return self.entries > 1 && self.bytes > Self.maximumBytes ? .bytes(self.bytes) : nil
    }

    /// Adds what another step would write.
    public static func += (left: inout StepSize, right: StepSize) {
        left.entries += right.entries
        left.bytes += right.bytes
    }
}
