import ByteStreams
public import NIOCore
import NIOPosix
import NIOSSL

/// Accepts connections and gives each its handlers.
public final class Listener: Sendable {
    private let service: ConnectionService
    private let forwarded: ForwardedFor
    private let counters: ConnectionCounters
    private let queue: AcceptQueue
    private let loops: [ObjectIdentifier: NIOLoopBound<ConnectionLoop>]

    /// Makes a listener.
    /// - Parameters:
    ///   - configuration: What it is told.
    ///   - handler: Gets the requests.
    ///   - ledger: Says for how many there is room.
    ///   - forwarded: Says whose word on a client's address counts.
    ///   - counters: Count the connections.
    ///   - loops: The loops of the connections, each with its own.
    ///   - log: Is told of connections that can't be taken or served.
    public init(
        configuration: ListenerConfiguration, handler: any RequestHandler, ledger: ConnectionLedger,
        forwarded: ForwardedFor, counters: ConnectionCounters, loops: [NIOLoopBound<ConnectionLoop>], log: ListeningLog
    ) {
        self.queue = AcceptQueue(limit: OpenFileBudget.arriving(openFiles: OpenFileLimit.current))
        let seating = Seating(ledger, counters: counters, loops: loops, log: log)
        self.service = ConnectionService(handler, configuration, seating, log)
        self.forwarded = forwarded
        self.counters = counters
        self.loops = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
    }

    /// Begins to listen.
    /// - Returns: The listening channel.
    func bind(group: any EventLoopGroup, host: String, port: Int) -> EventLoopFuture<any Channel> {
        let configuration = self.service.configuration
        let userTimeout = Int(configuration.acknowledgementTime.nanoseconds / 1_000_000)
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: CInt(clamping: configuration.backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Linux gives a connection these two of its listener's options, which spares two system calls for each.
            .serverChannelOption(.socketOption(.so_sndbuf), value: configuration.sendBufferBytes)
            .serverChannelOption(.tcpOption(.userTimeout), value: userTimeout)
            .serverChannelInitializer { channel in self.addPause(to: channel) }
            .childChannelInitializer { channel in self.accept(channel) }
            .bind(host: host, port: port)
    }

    private func addPause(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pause = AcceptPause(self.queue) { error in
                self.counters.pause()
                self.service.log.pauses(error, openFiles: OpenFileLimit.current)
                self.service.seating.makeRoom()
            }
            try channel.pipeline.syncOperations.addHandler(pause)
        }
    }

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        // One that is refused has its file until its channel is closed, which is for the listener's loop to do.
        channel.eventLoop.makeCompletedFuture {
            defer { self.queue.leave() }
            guard let loop = self.loops[ObjectIdentifier(channel.eventLoop)]?.value else {
                throw ChannelError.operationUnsupported
            }
            self.counters.accept()
            let peer = try self.peer(of: channel, on: loop)
            // Here rather than as options of the bootstrap, which take a chain of futures for each connection.
            let options = channel.syncOptions
            try options?.setOption(.maxMessagesPerRead, value: 1)
            // Whoever sends nothing more still reads its answer.
            try options?.setOption(.allowRemoteHalfClosure, value: true)
            // A channel keeps its first buffer for as long as it lives, and a stream's reads nothing after its head.
            try options?.setOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 1024, maximum: 65536))
            try self.encrypt(channel)
            try HTTP1Connection(channel, RequestSequence(self.service, on: loop, peer: peer)).start()
        }
    }

    private func encrypt(_ channel: any Channel) throws {
        guard let tls = self.service.configuration.tls else { return }
        let handlers: [any ChannelHandler] = [
            EncryptedSender(), NIOSSLServerHandler(context: tls.context),
            TLSHandshake(self.service.configuration.tlsCounters),
        ]
        try channel.pipeline.syncOperations.addHandlers(handlers)
    }

    private func peer(of channel: any Channel, on loop: ConnectionLoop) throws -> Peer {
        let address = channel.remoteAddress.flatMap { ClientAddress($0) }
        let isProxy = address.map(self.forwarded.isTrusted) ?? false
        guard let peer = self.service.seating.admit(address, isProxy: isProxy, on: loop) else {
            throw ConnectionRefusal()
        }
        channel.closeFuture.whenComplete { _ in peer.seat.release() }
        return peer
    }
}

/// There is no place for this connection, nor one that could be freed for it: it is closed without a word.
struct ConnectionRefusal: Error {}

extension NIOBSDSocket.Option {
    /// Linux's TCP_USER_TIMEOUT (tcp(7)), in milliseconds.
    fileprivate static let userTimeout = NIOBSDSocket.Option(rawValue: 18)
}

/// An address can't be listened on.
public struct ListeningError: Error {
    /// Whether it is the operating address.
    public let isOperating: Bool
    /// The host, as it was configured.
    public let host: String
    /// The port.
    public let port: Int
    /// Why.
    public let reason: any Error

    /// Makes an error.
    public init(isOperating: Bool, host: String, port: Int, reason: any Error) {
        self.isOperating = isOperating
        self.host = host
        self.port = port
        self.reason = reason
    }
}

/// Where the paths for those who run the hub are served, if not where clients connect.
public struct OperatingAddress: Hashable, Sendable {
    /// The address to listen on.
    public var host: String
    /// The port to listen on; 0 lets the system choose.
    public var port: Int

    /// Makes an address.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
