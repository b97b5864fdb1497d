import HubCore

/// The names of one partition's key and channels. The hash tag keeps them on one node of a Redis Cluster.
struct PartitionNames: Sendable {
    /// The one key that scripts declare; the names of all others begin with it.
    let key: String
    /// The channel that tells all members of a new epoch.
    let control: [UInt8]

    private let live: [UInt8]

    /// - Parameter prefix: What sets this cluster's keys and channels apart from others on the same server.
    init(prefix: String) {
        self.key = "\(prefix):{0}"
        self.control = Array("\(self.key):control".utf8)
        self.live = Array("\(self.key):live:".utf8)
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
