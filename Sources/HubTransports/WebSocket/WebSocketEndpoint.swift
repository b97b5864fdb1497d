import ByteStrings
public import HubCore
import NIOHTTP1

/// `GET /ws`: events over a WebSocket, and what a client asks for while it is open.
public struct WebSocketEndpoint: StreamEndpoint {
    private let hub: Hub
    private let configuration: WebSocketConfiguration

    /// Makes the endpoint of a hub.
    public init(hub: Hub, configuration: WebSocketConfiguration = WebSocketConfiguration()) {
        self.hub = hub
        self.configuration = configuration
    }

    public var mediaType: String { "application/json" }

    public var takesPublications: Bool { true }

    public func check(_ request: StreamRequest) throws(StreamRefusal) {
        _ = try WebSocketHandshake(request)
    }

    public func open(_ request: StreamRequest, _ exchange: any StreamExchange) {
        do throws(StreamRefusal) {
            let handshake = try WebSocketHandshake(request, exchange)
            WebSocketOutlet(request, exchange, handshake, self.configuration).answer(request, exchange, from: self.hub)
        } catch {
            exchange.refuse(error)
        }
    }

    public func describe(_ request: StreamRequest, _ exchange: any StreamExchange) {
        exchange.refuse(WebSocketHandshake.needsUpgrade)
    }
}

extension WebSocketHandshake {
    /// Reads what a request asks for, and checks who asks: a browser lets any page open a WebSocket anywhere, and sends the
    /// user's cookies along (RFC 6455, 10.2).
    init(_ request: StreamRequest) throws(StreamRefusal) {
        try self.init(request.headers)
        guard request.mayWrite else {
            let origin = request.headers.field("Origin") ?? ""
            throw StreamRefusal(
                .forbidden,
                "pages of the origin '\(origin.shortened(to: 256))' may not do this; allow it with --cors-origin")
        }
    }

    /// The same, of a request that is about to be answered.
    init(_ request: StreamRequest, _ exchange: any StreamExchange) throws(StreamRefusal) {
        guard exchange.version == .http1_1 else { throw Self.needsUpgrade }
        try self.init(request)
    }
}
