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
    private let log: ListeningLog
    private let queue: AcceptQueue
    private let loops: [ObjectIdentifier: NIOLoopBound<ServerLoop>]
    private let order: [NIOLoopBound<ServerLoop>]

    /// Makes a listener.
    /// - Parameter loops: The loops of the connections, each with its own.
    init(
        configuration: ServerConfiguration, router: Router, ledger: ConnectionLedger, forwarded: ForwardedFor,
        counters: ConnectionCounters, loops: [NIOLoopBound<ServerLoop>], log: ListeningLog
    ) {
        self.queue = AcceptQueue(limit: OpenFileBudget.arriving(openFiles: OpenFileLimit.current))
        self.configuration = configuration
        self.router = router
        self.ledger = ledger
        self.forwarded = forwarded
        self.counters = counters
        self.log = log
        self.order = loops
        self.loops = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
    }

    /// Begins to listen.
    /// - Returns: The listening channel.
    func bind(group: any EventLoopGroup, host: String, port: Int) -> EventLoopFuture<any Channel> {
        let userTimeout = Int(self.configuration.acknowledgementTime.nanoseconds / 1_000_000)
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: CInt(clamping: self.configuration.backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Linux gives a connection these two of its listener's options, which spares two system calls for each.
            .serverChannelOption(.socketOption(.so_sndbuf), value: self.configuration.sendBufferBytes)
            .serverChannelOption(.tcpOption(.userTimeout), value: userTimeout)
            .serverChannelInitializer { channel in self.addPause(to: channel) }
            .childChannelInitializer { channel in self.accept(channel) }
            .bind(host: host, port: port)
    }

    private func addPause(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pause = AcceptPause(self.queue) { error in
                self.counters.pause()
                self.log.pauses(error, openFiles: OpenFileLimit.current)
                self.makeRoom { $0.closeLingeringConnection() || self.closeSilentConnection(of: $0) }
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
            try self.addHandlers(to: channel, on: loop, peer: peer)
        }
    }

    private func addHandlers(to channel: any Channel, on loop: ServerLoop, peer: Peer) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        // The parser counts the target as a field.
        let (target, fields) = (self.configuration.limits.targetBytes, self.configuration.limits.headBytes)
        limits.maxHeaderFieldSize = max(target, fields)
        limits.maxHeaderListSize = target + fields
        limits.maxHeaderFieldCount = self.configuration.limits.headFields
        let parser = ByteToMessageHandler(
            HTTPRequestDecoder(
                leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop, limitConfiguration: limits))
        let meter = InboundMeter()
        let connection = HTTPConnection(
            channel: channel, router: self.router, loop: loop, peer: peer, parser: parser, meter: meter)
        try channel.pipeline.syncOperations.addHandlers(meter, parser, connection)
    }

    // MARK: Caps

    private func peer(of channel: any Channel, on loop: ServerLoop) throws -> Peer {
        let address = channel.remoteAddress.flatMap { ClientAddress($0) }
        let isProxy = address.map(self.forwarded.isTrusted) ?? false
        // A proxy's connections carry many clients; those are counted request by request.
        guard let seat = self.seat(for: isProxy ? nil : address, on: loop) else {
            self.counters.reject()
            throw ConnectionRefusal()
        }
        channel.closeFuture.whenComplete { _ in seat.release() }
        let isOverAddressCap = seat.addressCount > self.ledger.caps.perAddress ?? .max
        if isOverAddressCap {
            self.counters.turnAway()
            self.log.isFull(address, seat.addressCount)
        }
        return Peer(address: address, isProxy: isProxy, isOverAddressCap: isOverAddressCap, seat: seat)
    }

    /// A place for a connection; where there is no ordinary one, a connection that has said nothing goes for it.
    private func seat(for address: ClientAddress?, on loop: ServerLoop) -> ConnectionSeat? {
        let seat = self.ledger.open(from: address)
        if seat?.isOneTooMany == true, !loop.closeLingeringConnection() {
            self.makeRoom(from: loop) { $0.closeLingeringConnection() }
        }
        if let seat, !seat.beganInReserve { return seat }
        self.log.isFull(self.ledger)
        guard self.closeSilentConnection(of: loop) else {
            self.makeRoom(from: loop) { self.closeSilentConnection(of: $0) }
            return seat
        }
        return seat ?? self.ledger.open(from: address)
    }

    private func closeSilentConnection(of loop: ServerLoop) -> Bool {
        guard loop.closeSilentConnection() else { return false }
        self.counters.replace()
        return true
    }

    /// Closes a connection of one of the other loops, the first that has one.
    private func makeRoom(from loop: ServerLoop? = nil, _ close: @escaping @Sendable (ServerLoop) -> Bool) {
        let start = self.order.firstIndex { $0.eventLoop === loop?.eventLoop }.map { $0 + 1 } ?? 0
        self.makeRoom(at: start, remaining: self.order.count - (loop == nil ? 0 : 1), close)
    }

    private func makeRoom(at index: Int, remaining: Int, _ close: @escaping @Sendable (ServerLoop) -> Bool) {
        guard remaining > 0 else { return }
        let loop = self.order[index % self.order.count]
        loop.eventLoop.execute {
            guard !close(loop.value) else { return }
            self.makeRoom(at: index + 1, remaining: remaining - 1, close)
        }
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
