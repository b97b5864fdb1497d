import NIOCore
import NIOPosix
import Synchronization

/// Stands between a member and Redis, and leaves out, or gives twice, a reply that it is told to.
final class ReplyProxy: Sendable {
    /// What it does to a reply.
    struct Fault: Sendable {
        /// The name that the connection gave itself.
        var connection: String
        /// What the reply has to begin with.
        var beginning = ""
        /// How many such replies go through before.
        var passes = 0
        /// 0 leaves it out, 2 gives it twice.
        var copies: Int
    }

    let port: Int
    private let listener: any Channel
    private let fault = Mutex<Fault?>(nil)

    init(to socket: String) async throws {
        let box = Box()
        self.listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .connect(unixDomainSocketPath: socket)
                    .flatMapThrowing { server in
                        let name = NameBox()
                        try client.pipeline.syncOperations.addHandler(Upstream(server, name))
                        try server.pipeline.syncOperations.addHandler(Downstream(client, name, box))
                        client.setOption(.autoRead, value: true).whenFailure { _ in }
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.port = self.listener.localAddress?.port ?? 0
        box.proxy = self
    }

    /// Does this once, to the next reply that fits.
    func strike(_ fault: Fault) { self.fault.withLock { $0 = fault } }

    /// Whether it was done.
    var hasStruck: Bool { self.fault.withLock { $0 == nil } }

    func stop() { self.listener.close(promise: nil) }

    fileprivate func copies(of reply: ByteBuffer, on connection: String) -> Int {
        self.fault.withLock { fault in
            guard var due = fault, due.connection == connection,
                reply.readableBytesView.starts(with: due.beginning.utf8)
            else { return 1 }
            guard due.passes == 0 else {
                due.passes -= 1
                fault = due
                return 1
            }
            fault = nil
            return due.copies
        }
    }

    fileprivate final class Box: @unchecked Sendable {
        // Written once, before anybody connects.
        weak var proxy: ReplyProxy?
    }

    fileprivate final class NameBox: Sendable {
        let name = Mutex("")
    }
}

/// From the member to Redis: as it is, but for noting the connection's name.
private final class Upstream: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let server: any Channel
    private let name: ReplyProxy.NameBox

    init(_ server: any Channel, _ name: ReplyProxy.NameBox) {
        self.server = server
        self.name = name
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = self.unwrapInboundIn(data)
        self.name.name.withLock { name in
            guard name.isEmpty else { return }
            let text = String(decoding: bytes.readableBytesView.prefix(1000), as: UTF8.self)
            for known in ["hub-commands", "hub-subscriptions"] where text.contains(known) { name = known }
        }
        self.server.writeAndFlush(bytes, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { self.server.close(promise: nil) }
}

/// From Redis to the member: reply by reply.
private final class Downstream: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let client: any Channel
    private let name: ReplyProxy.NameBox
    private let box: ReplyProxy.Box
    private var unread = ByteBuffer()

    init(_ client: any Channel, _ name: ReplyProxy.NameBox, _ box: ReplyProxy.Box) {
        self.client = client
        self.name = name
        self.box = box
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        self.unread.writeBuffer(&bytes)
        let name = self.name.name.withLock { $0 }
        while let end = Self.end(of: self.unread.readableBytesView[...]),
            let reply = self.unread.readSlice(length: end - self.unread.readerIndex)
        {
            for _ in 0..<(self.box.proxy?.copies(of: reply, on: name) ?? 1) { self.client.write(reply, promise: nil) }
        }
        self.client.flush()
        self.unread.discardReadBytes()
    }

    func channelInactive(context: ChannelHandlerContext) { self.client.close(promise: nil) }

    /// Where a reply ends; nil if it is not complete.
    private static func end(of bytes: ByteBufferView) -> Int? {
        guard let feed = bytes.firstIndex(of: 0x0A) else { return nil }
        let line = bytes[bytes.startIndex..<feed].dropFirst().dropLast()
        let number = Int(String(decoding: line, as: UTF8.self)) ?? 0
        switch bytes[bytes.startIndex] {
        case UInt8(ascii: "$") where number >= 0:
            return feed + 1 + number + 2 <= bytes.endIndex ? feed + 1 + number + 2 : nil
        case UInt8(ascii: "*") where number > 0:
            var end = feed + 1
            for _ in 0..<number {
                guard let next = self.end(of: bytes[end..<bytes.endIndex]) else { return nil }
                end = next
            }
            return end
        default: return feed + 1
        }
    }
}
