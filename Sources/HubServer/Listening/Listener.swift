import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// Accepts connections and gives each its handlers.
final class Listener: Sendable {
    private let configuration: ServerConfiguration
    private let router: Router
    private let ledger: ConnectionLedger
    private let forwarded: ForwardedFor
    private let counters: ConnectionCounters
    private let acceptedConnections: Int
    private let loops: [ObjectIdentifier: NIOLoopBound<ServerLoop>]

    /// Makes a listener.
    /// - Parameter loops: The loops of the connections, each with its own.
    init(
        configuration: ServerConfiguration, router: Router, ledger: ConnectionLedger, forwarded: ForwardedFor,
        counters: ConnectionCounters, loops: [NIOLoopBound<ServerLoop>]
    ) {
        self.configuration = configuration
        self.acceptedConnections = configuration.acceptedConnections(openFiles: OpenFileLimit.current)
        self.router = router
        self.ledger = ledger
        self.forwarded = forwarded
        self.counters = counters
        self.loops = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
    }

    /// Begins to listen.
    /// - Returns: The listening channel.
    func bind(group: any EventLoopGroup) -> EventLoopFuture<any Channel> {
        let userTimeout = Int(self.configuration.acknowledgementTime.nanoseconds / 1_000_000)
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: CInt(clamping: self.configuration.backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Linux gives a connection these two of its listener's options, which spares two system calls for each.
            .serverChannelOption(.socketOption(.so_sndbuf), value: self.configuration.sendBufferBytes)
            .serverChannelOption(.tcpOption(.userTimeout), value: userTimeout)
            .childChannelInitializer { channel in self.accept(channel) }
            .bind(host: self.configuration.host, port: self.configuration.port)
    }

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            guard let loop = self.loops[ObjectIdentifier(channel.eventLoop)]?.value else {
                throw ChannelError.operationUnsupported
            }
            let total = self.ledger.open()
            self.counters.accept()
            channel.closeFuture.whenComplete { _ in self.ledger.close() }
            guard total <= self.acceptedConnections else {
                self.counters.reject()
                throw ConnectionRefusal()
            }
            // Here rather than as options of the bootstrap, which take a chain of futures for each connection.
            let options = channel.syncOptions
            try options?.setOption(.maxMessagesPerRead, value: 1)
            // A channel keeps its first buffer for as long as it lives, and a stream's reads nothing after its head.
            try options?.setOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 1024, maximum: 65536))
            let peer = self.peer(of: channel, total: total)
            try self.addHandlers(to: channel, on: loop, peer: peer)
        }
    }

    private func addHandlers(to channel: any Channel, on loop: ServerLoop, peer: Peer) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = self.configuration.limits.headBytes
        limits.maxHeaderListSize = self.configuration.limits.headBytes
        limits.maxHeaderFieldCount = self.configuration.limits.headFields
        let parser = ByteToMessageHandler(
            HTTPRequestDecoder(
                leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop, limitConfiguration: limits))
        let meter = InboundMeter()
        let connection = HTTPConnection(
            channel: channel, router: self.router, loop: loop, peer: peer, parser: parser, meter: meter)
        try channel.pipeline.syncOperations.addHandlers(meter, parser, connection)
    }

    private func peer(of channel: any Channel, total: Int) -> Peer {
        let address = channel.remoteAddress.flatMap { ClientAddress($0) }
        let isProxy = address.map(self.forwarded.isTrusted) ?? false
        var excess: Peer.Excess?
        // A proxy's connections carry many clients; those are counted request by request.
        if let address, !isProxy, let (lease, count) = self.ledger.lease(address) {
            channel.closeFuture.whenComplete { _ in lease.release() }
            if count > self.ledger.maximumPerAddress ?? .max { excess = .address }
        }
        if total > self.configuration.maximumConnections { excess = .connections }
        if excess != nil { self.counters.turnAway() }
        return Peer(address: address, isProxy: isProxy, excess: excess)
    }
}

/// There are far more connections than there may be: this one is closed without a word.
struct ConnectionRefusal: Error {}

extension NIOBSDSocket.Option {
    /// Linux's TCP_USER_TIMEOUT (tcp(7)), in milliseconds.
    fileprivate static let userTimeout = NIOBSDSocket.Option(rawValue: 18)
}
