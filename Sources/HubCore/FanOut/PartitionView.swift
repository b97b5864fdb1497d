/// A partition of the bus as one shard sees it: what is known of it, and its topics that somebody here listens to. Used only
/// on the shard's loop.
final class PartitionView {
    private let shard: Int
    private let occupancy: OccupancyLedger?
    let partition: Partition
    private(set) var state = PartitionState()
    private(set) var topics: [Topic: ShardTopic] = [:]
    /// Streams that can go on only when the head moves.
    private var waiting: [Subscriber] = []
    private var generation = 0

    init(of partition: Partition, shard: Int, _ occupancy: OccupancyLedger?) {
        self.partition = partition
        self.shard = shard
        self.occupancy = occupancy
    }

    // MARK: - Topics

    /// The topic, which somebody here listens to from now on.
    func attach(_ name: Topic) -> ShardTopic {
        if let known = self.topics[name] { return known }
        self.generation += 1
        let new = ShardTopic(name, generation: self.generation)
        self.topics[name] = new
        self.partition.room.take(name)
        self.occupancy?.enter(.topic(name))
        self.partition.attach(name, shard: self.shard, generation: self.generation)
        return new
    }

    /// Lets go of a topic if nobody here listens to it any more.
    /// - Returns: Whether nobody does.
    func release(_ topic: ShardTopic) -> Bool {
        guard topic.subscriberCount == 0, self.topics[topic.topic] === topic else { return false }
        self.topics[topic.topic] = nil
        self.partition.room.giveBack(topic.topic)
        self.occupancy?.leave(.topic(topic.topic))
        self.partition.detach(topic.topic, shard: self.shard, generation: topic.generation)
        return true
    }

    /// Whether there is room for topics, as far as nobody listens to them already. If not, that is counted.
    func hasRoom(for topics: [Topic]) -> Bool { self.partition.room.admits(topics) }

    /// Up to where topics are known.
    func known(_ topics: [ShardTopic]) -> Offset {
        topics.reduce(self.state.head) { max($0, $1.verified, $1.ring.last) }
    }

    // MARK: - What the bus tells

    /// Another epoch is in force: nothing of the one before counts.
    func enter(_ epoch: Epoch, clock: Offset) {
        for topic in self.topics.values { topic.forgetAll() }
        self.state.enter(epoch, clock: clock)
    }

    func learn(clock: Offset) { self.state.learn(clock: clock) }

    /// Other offsets are of the history than before: what the topics hold may be none of it.
    func learn(_ reigns: Reigns, clock: Offset) {
        if self.state.reigns != nil { for topic in self.topics.values { topic.forgetAll() } }
        self.state.learn(reigns, clock: clock)
    }

    /// Everything of all live feeds up to here has arrived.
    /// - Returns: The streams that waited for it.
    func moveHead(to offset: Offset) -> [Subscriber] {
        guard self.state.moveHead(to: offset) else { return [] }
        defer { self.waiting = [] }
        return self.waiting
    }

    /// Lets a stream wait until the head moves.
    func await(_ subscriber: Subscriber) { self.waiting.append(subscriber) }

    // MARK: - What the bus is asked

    /// Asks the bus itself about a position: this member may lag behind the one that gave out the cursor.
    func requestConfirmation(of topic: ShardTopic, after position: Offset, for subscriber: Subscriber) {
        guard subscriber.begin({ $0.ask(position) }) else { return }
        topic.confirm(subscriber, after: position)
        self.partition.requestConfirmation(of: topic.topic, after: position, shard: self.shard)
    }
}
