public import HubCore
import NIOCore

/// `GET /sse`: events for an EventSource.
public struct SSEEndpoint: StreamEndpoint {
    private let hub: Hub

    /// Makes the endpoint of a hub.
    public init(hub: Hub) {
        self.hub = hub
    }

    public var mediaType: String { "text/event-stream" }

    public func open(_ request: StreamRequest, _ exchange: any StreamExchange) {
        guard let shard = self.hub.shard(on: exchange.channel.eventLoop) else {
            preconditionFailure("the connections of a hub are on its own loops")
        }
        let outlet = SSEOutlet(exchange, format: request.format, prime: request.prime)
        let subscriber = shard.join(topics: request.topics, start: request.start, outlet: outlet)
        outlet.onWritable = { shard.resume(subscriber) }
        exchange.onClose = {
            outlet.connectionClosed()
            shard.leave(subscriber)
        }
    }

    public func describe(_ request: StreamRequest, _ exchange: any StreamExchange) {
        exchange.respond(SSEOutlet.head(of: exchange, isChunked: false, nil), body: nil)
    }
}
