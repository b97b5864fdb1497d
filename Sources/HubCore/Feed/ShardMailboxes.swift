/// What the shards are to be told, each in the one order of the partition. Used only on the bus's loop.
final class ShardMailboxes {
    private var mailboxes: [ShardMailbox] = []

    /// Takes the mailboxes, one for each shard, in the order of the shards' indexes.
    func open(_ mailboxes: [ShardMailbox]) {
        self.mailboxes = mailboxes
    }

    func post(_ operation: ShardOperation, to shard: Int) {
        self.mailboxes[shard].post(operation)
    }

    func postToAll(_ operation: ShardOperation) {
        for shard in self.mailboxes.indices { self.mailboxes[shard].post(operation) }
    }

    /// Another epoch begins.
    func enter(_ epoch: Epoch, clock: Offset) {
        for shard in self.mailboxes.indices { self.mailboxes[shard].enter(epoch, clock: clock) }
    }

    /// Other offsets are of the history than before.
    func learn(_ reigns: Reigns, clock: Offset) {
        for shard in self.mailboxes.indices { self.mailboxes[shard].learn(reigns, clock: clock) }
    }

    /// Everything up to here has arrived, of which the shards are told with what comes next.
    func reach(_ offset: Offset) {
        for shard in self.mailboxes.indices { self.mailboxes[shard].reach(offset) }
    }

    /// Tells a shard now that everything up to here has arrived.
    func announce(_ offset: Offset, to shard: Int) {
        self.mailboxes[shard].announce(offset)
    }

    /// Tells all shards now that everything up to here has arrived.
    func announce(_ offset: Offset) {
        for shard in self.mailboxes.indices { self.announce(offset, to: shard) }
    }

    /// Hands over what was posted.
    func flush() {
        for shard in self.mailboxes.indices { self.mailboxes[shard].flush() }
    }
}
