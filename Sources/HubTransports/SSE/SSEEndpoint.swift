import HTTPTypes
public import HTTPWire
public import HubCore
public import HubDoor

/// `GET` and `POST /sse`: events for an EventSource.
public struct SSEEndpoint: StreamEndpoint {

    /// Makes the endpoint.
    public init() {}

    public var mediaType: String { "text/event-stream" }

    public var takesForms: Bool { true }

    public func open(_ request: StreamRequest, of session: Session, on exchange: any HTTPExchange) {
        HTTPStreamOutlet(exchange, SSEFormat(request, exchange.framing), of: request.client)
            .serve(request, exchange, in: session)
    }

    /// A browser's EventSource gives up for good at any status but 200.
    public func farewell(_ request: StreamRequest, _ reason: CloseReason, retry: Int32) -> Response? {
        guard request.isBrowserEventSource else { return nil }
        return SSEFormat(request, .plain).farewell(reason, retry: retry)
    }

    public func describe(_ request: StreamRequest, _ exchange: any HTTPExchange) {
        exchange.respond(Response(.ok, fields: SSEFormat(request, .plain).fields(exchange, nil)))
    }
}
