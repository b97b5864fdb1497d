public import ByteStreams
public import ByteStrings
public import HTTPTypes
public import HTTPWire
import HubCore
public import HubDoor
public import HubHooks
public import HubTransports
public import Logging
public import NIOCore

/// Everything that the server may be told.
public struct ServerConfiguration: Sendable {
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 lets the system choose.
    public var port = 8080
    /// Where the operating paths are served; `nil` if it is the same place.
    public var operating: OperatingAddress?
    /// The most connections to that place.
    public var maximumOperatingConnections = 64
    /// How many connections the kernel holds before they are accepted.
    public var backlog = 4096
    /// The most bytes of a connection that the kernel holds for sending (it doubles the number, and counts its own
    /// bookkeeping). Small enough that a slow client shows soon, and that a hundred thousand of them fit in memory.
    public var sendBufferBytes = 64 * 1024
    /// How long sent bytes may stay unacknowledged, or a window closed, before the kernel gives the connection up.
    public var acknowledgementTime = TimeAmount.seconds(60)
    /// What a client may send.
    public var limits = HTTPLimits()
    /// What clients take from for all that the process holds of them.
    public var budget = ByteBudget()
    /// The most connections, as far as there are open files for them. Some more are for publishers with a key and for operating.
    public var maximumConnections = 10_000
    /// The most connections of one address; `nil` for no limit.
    public var maximumConnectionsPerAddress: Int?
    /// The proxies whose word on the client's address counts.
    public var trustedProxies: [AddressRange] = []
    /// The field in which they say it; any other is the client's own word.
    public var forwardedField = ForwardedField.xForwardedFor
    /// The most topics of a stream, and of an event.
    public var maximumTopicsPerStream = 100
    /// Which pages of other origins may use the hub, as they were named. What a request may do is decided by `pages`.
    public var cors = CORSPolicy()
    /// Who may do what.
    public var access = AccessRules()
    /// What connections of clients are encrypted with; `nil` if they are not. Those to the operating address never are.
    public var tls: TLSCredentials?
    /// Counts how handshakes end.
    let tlsCounters = TLSCounters()
    /// Count what there is of HTTP/2.
    let http2Counters = HTTP2Counters()
    /// For how long browsers are told to use TLS alone; `nil` to say nothing.
    public var strictTransport: TimeAmount?
    /// The name of the cookie that may hold a token.
    public var tokenCookie: ByteString = "hub_token"
    /// The fields of a request that an application gets which is asked about it.
    public var hookFields: [HTTPField.Name] = [.cookie, .authorization]
    /// The application that is told what has streams; `nil` if none is.
    public var eventHook: EventHook?
    /// For how long something has to be without streams before that is told: a page that is loaded again has left nothing.
    var vacancyGrace = TimeAmount.seconds(5)
    /// Whether there is something to see at `/`.
    public var isDemo = false
    /// The path of a WebSocket that sends everything back; `nil` for none.
    public var webSocketEchoPath: String?
    /// Tells this process from all other members, those before it on the same machine included.
    public let member = ByteString(String(UInt64.random(in: 1 << 60 ... .max), radix: 16))
    /// The version of the hub.
    public var version = "unknown"
    /// Gets a line for every request; `nil` for none.
    public var accessLog: Logger?

    /// How long a message of a WebSocket client may take to be complete.
    public var webSocketMessageTime = TimeAmount.seconds(30)

    /// What listeners are told.
    var listener: ListenerConfiguration {
        var listener = ListenerConfiguration()
        listener.backlog = self.backlog
        listener.sendBufferBytes = self.sendBufferBytes
        listener.acknowledgementTime = self.acknowledgementTime
        listener.limits = self.limits
        listener.budget = self.budget
        listener.http2Counters = self.http2Counters
        return listener
    }

    /// The same for the connections of clients.
    var encryptedListener: ListenerConfiguration {
        var listener = self.listener
        listener.tls = self.tls
        listener.tlsCounters = self.tlsCounters
        return listener
    }

    /// What every response to a client says of that (RFC 6797, 6.1).
    var strictTransportFields: HTTPFields {
        guard self.tls != nil, let age = self.strictTransport else { return [:] }
        return [.strictTransportSecurity: "max-age=\(age.nanoseconds / 1_000_000_000)"]
    }

    /// Which pages may use the hub at its main address, its own included.
    public var pages: CORSPolicy { self.cors(host: self.host) }

    /// What a WebSocket client may send and have.
    public var webSocket: WebSocketConfiguration {
        var webSocket = WebSocketConfiguration(
            maximumMessageBytes: self.limits.bodyBytes, budget: self.budget)
        webSocket.messageTime = self.webSocketMessageTime
        return webSocket
    }

    /// The defaults.
    public init() {}

    /// The policy for an address: a hub that is open to all on loopback takes only names of this machine for its own.
    func cors(host: String) -> CORSPolicy {
        self.access.isOpen && Loopback.contains(ByteString(host)) ? self.cors.guardingLoopback : self.cors
    }

    /// How many connections there may be.
    /// - Parameters:
    ///   - openFiles: The most files that may be open.
    ///   - loops: How many event loops there are.
    func caps(openFiles: Int, loops: Int) -> ConnectionLedger.Caps {
        let operating = self.operating == nil ? 0 : self.maximumOperatingConnections
        let files = OpenFileBudget(openFiles: openFiles - operating, loops: loops)
        let ordinary = min(self.maximumConnections, files.ordinary)
        return ConnectionLedger.Caps(
            ordinary: ordinary, reserve: OpenFileBudget.reserve(of: ordinary),
            perAddress: self.maximumConnectionsPerAddress)
    }

    /// How many connections there may be to the operating address.
    var operatingCaps: ConnectionLedger.Caps {
        ConnectionLedger.Caps(ordinary: self.maximumOperatingConnections - 16, reserve: 16)
    }
}
