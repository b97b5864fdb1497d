import HubCore
import RedisWire

/// The names of one partition's keys and channels. The hash tag keeps them on one node of a Redis Cluster.
struct PartitionNames: Sendable {
    /// The slot of a Redis Cluster that all of them are in: CRC16 of the hash tag `0`.
    static let slot = 13907

    /// The keys that every script may touch, and so declares: they come before its own.
    let common: [RedisArgument]
    /// The log and the idempotency key that nobody has: what is tried to find out whether it may be done.
    let nameless: [RedisArgument]
    /// When which subject's tokens were revoked.
    let revoked: RedisArgument
    /// The channel that tells all members of a new epoch.
    let control: [UInt8]
    /// The channel of what members say to each other, named as probes are, for which members have rights.
    let members: [UInt8]

    private let key: String
    private let live: [UInt8]

    /// - Parameter prefix: What sets this cluster's keys and channels apart from others on the same server.
    init(prefix: String) {
        let key = "\(prefix):{0}"
        self.key = key
        self.common = ["state", "last", "topics", "names", "retired"].map { .string("\(key):\($0)") }
        self.nameless = [.string("\(key):log:"), .string("\(key):key:")]
        self.revoked = .string("\(key):revoked")
        self.control = Array("\(key):control".utf8)
        self.members = Array("\(key):probe:members".utf8)
        self.live = Array("\(key):live:".utf8)
    }

    /// The key of a topic's log.
    func log(of topic: Topic) -> RedisArgument { self.log(of: Array(topic.name.utf8)) }

    /// The key of the log of a topic by its name's bytes.
    func log(of name: [UInt8]) -> RedisArgument { .bytes(Array("\(self.key):log:".utf8) + name) }

    /// The logs and idempotency keys that publishing touches.
    func keys(of publications: [Publication]) -> [RedisArgument] {
        guard publications.count > 1 else { return publications.first.map(self.keys) ?? [] }
        var known: Set<RedisArgument> = []
        return publications.flatMap(self.keys).filter { known.insert($0).inserted }
    }

    private func keys(of publication: Publication) -> [RedisArgument] {
        let key = publication.key.map { [RedisArgument.string("\(self.key):key:\($0.value)")] } ?? []
        return publication.topics.map { self.log(of: $0) } + key
    }

    /// The channel of a topic's messages.
    func channel(of topic: Topic) -> [UInt8] {
        self.live + Array(topic.name.utf8)
    }

    /// The channel of one member's probes.
    func probe(of member: String) -> [UInt8] {
        Array("\(self.key):probe:\(member)".utf8)
    }
}
