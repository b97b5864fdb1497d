import HTTPTypes
public import HTTPWire
import HubCore
public import HubDoor
import NIOCore

/// Sends every message back as it came: for suites that test a WebSocket's conformance, and for people who try it.
public struct WebSocketEcho: StreamEndpoint {
    private let configuration: WebSocketConfiguration

    /// Makes the endpoint.
    public init(configuration: WebSocketConfiguration = WebSocketConfiguration()) {
        self.configuration = configuration
    }

    public var mediaType: String { "application/json" }

    public func check(_ request: StreamRequest) throws(Problem) {
        _ = try WebSocketHandshake(request)
    }

    public func open(_ request: StreamRequest, of session: Session, on exchange: any HTTPExchange) {
        do throws(Problem) {
            let handshake = try WebSocketHandshake(request, exchange)
            Conversation().begin(exchange, handshake, self.configuration)
        } catch {
            exchange.refuse(error)
        }
    }

    public func describe(_ request: StreamRequest, _ exchange: any HTTPExchange) {
        exchange.refuse(WebSocketHandshake.needsUpgrade)
    }

    /// One connection. Used only on the channel's loop.
    private final class Conversation: WebSocketApplication, ExchangeObserver {
        private var connection: WebSocketConnection?
        private var compresses = false

        func begin(
            _ exchange: any HTTPExchange, _ handshake: WebSocketHandshake, _ configuration: WebSocketConfiguration
        ) {
            self.compresses = handshake.compresses
            exchange.observe(self)
            let connection = WebSocketConnection(
                exchange, handshake.fields(exchange.commonFields, namesSubprotocol: false),
                limit: MessageLimit(configuration, mayPublish: true), inflates: self.compresses,
                budget: configuration.budget, application: self)
            self.connection = connection
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

        func ended() {}
        func inputEnded() {}

        func becameWritable() {
            self.connection?.resume()
        }

        func connectionClosed() {
            self.connection?.connectionClosed()
            self.connection = nil
        }
    }
}
