import HubCore
import NIOCore
import NIOHTTP1

/// Sends every message back as it came: for suites that test a WebSocket's conformance, and for people who try it.
public struct WebSocketEcho: StreamEndpoint {
    private let configuration: WebSocketConfiguration

    /// Makes the endpoint.
    public init(configuration: WebSocketConfiguration = WebSocketConfiguration()) {
        self.configuration = configuration
    }

    public var mediaType: String { "application/json" }

    public func check(_ request: StreamRequest) throws(StreamRefusal) {
        _ = try WebSocketHandshake(request)
    }

    public func open(_ request: StreamRequest, _ exchange: any StreamExchange) {
        do throws(StreamRefusal) {
            let handshake = try WebSocketHandshake(request, exchange)
            Session().begin(exchange, handshake, self.configuration)
        } catch {
            exchange.refuse(error)
        }
    }

    public func describe(_ request: StreamRequest, _ exchange: any StreamExchange) {
        exchange.refuse(WebSocketHandshake.needsUpgrade)
    }

    /// One connection. Used only on the channel's loop.
    private final class Session: WebSocketApplication {
        private var connection: WebSocketConnection?
        private var compresses = false

        func begin(
            _ exchange: any StreamExchange, _ handshake: WebSocketHandshake, _ configuration: WebSocketConfiguration
        ) {
            self.compresses = handshake.compresses
            let connection = WebSocketConnection(
                exchange, handshake.head(exchange.commonHeaders, namesSubprotocol: false),
                limit: MessageLimit(configuration, mayPublish: true), inflates: self.compresses,
                budget: configuration.budget, application: self)
            self.connection = connection
            exchange.onClose = {
                connection.connectionClosed()
                self.connection = nil
            }
            connection.begin(with: ByteBuffer())
        }

        var takesMessages: Bool { true }
        var heldBytes: Int { 0 }

        func receive(text: [UInt8]) {
            self.connection?.write(ServerFrame.text(text, compresses: self.compresses))
        }

        func receive(binary: [UInt8]) {
            self.connection?.write(ServerFrame.binary(binary, compresses: self.compresses))
        }

        func becameWritable() {}
        func ended() {}
    }
}
