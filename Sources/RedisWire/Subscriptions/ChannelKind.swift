/// Which of a server's two kinds of channels are subscribed to.
public enum ChannelKind: Sendable {
    /// Heard by the subscribers of every node.
    case plain
    /// Those of a cluster's shards (Redis 7.0): heard where the channel's slot is. A server that hands the slot over ends the
    /// subscription unasked.
    case sharded

    var subscribe: RedisArgument { self == .plain ? "SUBSCRIBE" : "SSUBSCRIBE" }
    var unsubscribe: RedisArgument { self == .plain ? "UNSUBSCRIBE" : "SUNSUBSCRIBE" }
    var words: Words { self == .plain ? .plain : .sharded }

    /// The first words of what a server says of channels.
    struct Words {
        let message: [UInt8]
        let subscribe: [UInt8]
        let unsubscribe: [UInt8]

        static let plain = Words(
            message: RESPReplyBuilder.messageWord, subscribe: Array("subscribe".utf8),
            unsubscribe: Array("unsubscribe".utf8))
        static let sharded = Words(
            message: RESPReplyBuilder.shardedMessageWord, subscribe: Array("ssubscribe".utf8),
            unsubscribe: Array("sunsubscribe".utf8))
    }
}
