public import HubCore
import NIOHTTP1

/// `GET` and `POST /sse`: events for an EventSource.
public struct SSEEndpoint: StreamEndpoint {
    private let hub: Hub

    /// Makes the endpoint of a hub.
    public init(hub: Hub) {
        self.hub = hub
    }

    public var mediaType: String { "text/event-stream" }

    public var takesForms: Bool { true }

    public func open(_ request: StreamRequest, _ exchange: any StreamExchange) {
        HTTPStreamOutlet(exchange, SSEFormat(request, isChunked: exchange.version != .http1_0))
            .answer(request, exchange, from: self.hub)
    }

    /// A browser's EventSource gives up for good at any status but 200.
    public func farewell(_ request: StreamRequest, _ reason: CloseReason, retry: Int32) -> StreamFarewell? {
        guard request.isBrowserEventSource else { return nil }
        return SSEFormat(request, isChunked: false).farewell(reason, retry: retry)
    }

    public func describe(_ request: StreamRequest, _ exchange: any StreamExchange) {
        exchange.respond(SSEFormat(request, isChunked: false).head(exchange, nil), body: nil)
    }
}
