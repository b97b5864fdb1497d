public import HubCore
import NIOHTTP1

/// `GET /sse`: events for an EventSource.
public struct SSEEndpoint: StreamEndpoint {
    private let hub: Hub

    /// Makes the endpoint of a hub.
    public init(hub: Hub) {
        self.hub = hub
    }

    public var mediaType: String { "text/event-stream" }

    public func open(_ request: StreamRequest, _ exchange: any StreamExchange) {
        HTTPStreamOutlet(exchange, SSEFormat(request, isChunked: exchange.version != .http1_0))
            .answer(request, exchange, from: self.hub)
    }

    public func describe(_ request: StreamRequest, _ exchange: any StreamExchange) {
        exchange.respond(SSEFormat(request, isChunked: false).head(exchange, nil), body: nil)
    }
}
