import ByteStrings
import HTTPTypes
public import HTTPWire
import HubCore
public import HubDoor

/// `GET /ws`: events over a WebSocket, and what a client asks for while it is open.
public struct WebSocketEndpoint: StreamEndpoint {
    private let configuration: WebSocketConfiguration

    /// Makes the endpoint.
    public init(configuration: WebSocketConfiguration = WebSocketConfiguration()) {
        self.configuration = configuration
    }

    public var mediaType: String { "application/json" }

    public var takesPublications: Bool { true }

    public func check(_ request: StreamRequest) throws(Problem) {
        _ = try WebSocketHandshake(request)
    }

    public func open(_ request: StreamRequest, of session: Session, on exchange: any HTTPExchange) {
        do throws(Problem) {
            let handshake = try WebSocketHandshake(request, exchange)
            WebSocketOutlet(request, session, exchange, handshake, self.configuration)
                .serve(request, exchange, in: session)
        } catch {
            exchange.refuse(error)
        }
    }

    public func describe(_ request: StreamRequest, _ exchange: any HTTPExchange) {
        exchange.refuse(WebSocketHandshake.needsUpgrade)
    }
}

extension WebSocketHandshake {
    /// Reads what a request asks for, and checks who asks: a browser lets any page open a WebSocket anywhere, and sends the
    /// user's cookies along (RFC 6455, 10.2).
    init(_ request: StreamRequest) throws(Problem) {
        try self.init(request.fields)
        guard request.mayWrite else {
            let origin = request.fields.field(.origin) ?? ""
            throw Problem(
                .forbidden,
                "pages of the origin '\(origin.shortened(to: 256))' may not do this; allow it with --cors-origin")
        }
    }

    /// The same, of a request that is about to be responded to. What came with it could not be told from a frame that is cut
    /// (RFC 6455, 4.1).
    init(_ request: StreamRequest, _ exchange: any HTTPExchange) throws(Problem) {
        guard exchange.canUpgrade else { throw Self.needsUpgrade }
        try self.init(request)
        guard !exchange.hasMoreInput else {
            throw Problem(
                .badRequest, "a WebSocket client must wait for the response to its handshake before it sends more")
        }
    }
}
