import HubCore
import NIOCore

/// What one outlet is subscribed to, on the shard of its loop: the one path by which a stream of any transport begins, goes
/// on when its client takes more, and ends. Used only on that loop.
final class StreamSubscription {
    private let shard: Shard
    private let subscriber: Subscriber

    private init(_ shard: Shard, _ subscriber: Subscriber) {
        self.shard = shard
        self.subscriber = subscriber
    }

    /// Subscribes an outlet.
    /// - Parameters:
    ///   - outlet: Gets the events, and keeps the subscription.
    ///   - topics: Each once; never empty.
    ///   - start: Where the stream begins.
    ///   - lifetime: After how long it is closed as expired; `nil` if it may last.
    ///   - hub: The hub.
    ///   - loop: The loop of the connection, one of the hub's.
    static func begin(
        _ outlet: some StreamOutlet, topics: [Topic], start: StartPosition, lifetime: TimeAmount? = nil, of hub: Hub,
        on loop: any EventLoop
    ) {
        guard let shard = hub.shard(on: loop) else {
            preconditionFailure("the connections of a hub are on its own loops")
        }
        let subscriber = shard.join(topics: topics, start: start, outlet: outlet, lifetime: lifetime)
        outlet.subscription = StreamSubscription(shard, subscriber)
    }

    /// The outlet takes more again.
    func resume() {
        self.shard.resume(self.subscriber)
    }

    /// Whether this member may listen to one more topic.
    func hasRoom(for topic: Topic) -> Bool {
        self.shard.hasRoom(for: [topic])
    }

    /// Adds a topic.
    /// - Parameter completion: Gets a cursor that is safe from then on; `nil` if a reset comes first.
    func subscribe(to topic: Topic, from start: StartPosition, completion: @escaping (Cursor?) -> Void) {
        self.shard.subscribe(self.subscriber, to: topic, from: start, completion: completion)
    }

    /// Takes a topic away.
    func unsubscribe(from topic: Topic, completion: @escaping () -> Void) {
        self.shard.unsubscribe(self.subscriber, from: topic) { _ in completion() }
    }

    /// Nothing more is given to the outlet.
    func leave() {
        self.shard.leave(self.subscriber)
    }
}

extension StreamOutlet {
    /// Answers a request: subscribes to what it asks for, until the client leaves or the hub ends it.
    func answer(_ request: StreamRequest, _ exchange: any StreamExchange, lifetime: TimeAmount? = nil, from hub: Hub) {
        StreamSubscription.begin(
            self, topics: request.topics, start: request.start, lifetime: lifetime, of: hub,
            on: exchange.channel.eventLoop)
        exchange.onClose = {
            self.connectionClosed()
            self.subscription?.leave()
            self.subscription = nil
        }
    }
}

/// An outlet at the end of a connection. Used only on the channel's loop.
protocol StreamOutlet: Outlet {
    /// The outlet's subscription. It calls `resume` when it takes more again, and `leave` when it wants no more.
    var subscription: StreamSubscription? { get set }

    /// The connection is gone, and its descriptor may soon be another's.
    func connectionClosed()
}
