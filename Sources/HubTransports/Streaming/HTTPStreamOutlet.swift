import HubCore
import NIOCore
import NIOHTTP1

/// The end of a stream that is the body of one HTTP answer, whatever its format. Used only on the channel's loop.
final class HTTPStreamOutlet<Format: HTTPStreamFormat>: StreamOutlet {
    private var socket: StreamSocket?
    private var rest: Int
    private let exchange: any StreamExchange
    private let format: Format
    var subscription: StreamSubscription?

    init(_ exchange: any StreamExchange, _ format: Format) {
        self.exchange = exchange
        self.format = format
        self.rest = format.byteLimit
    }

    var transport: String { self.format.transport }

    var encoding: any EventEncoding { self.format.encoding }

    /// A stream that has its share of bytes counts them.
    var directSocket: StreamSocket? { self.format.byteLimit == .max ? self.socket : nil }

    var isWritable: Bool { self.socket?.isWritable ?? false }

    var backlog: Int { self.socket?.backlog ?? 0 }

    func open(_ opening: StreamOpening) {
        guard var bytes = self.exchange.begin(self.format.head(self.exchange, opening)) else { return }
        bytes.writeImmutableBuffer(self.format.beginning(opening))
        let socket = StreamSocket(self.exchange.channel, direct: true)
        // The socket lets go of it with the connection. A weak reference would make each use of the outlet dearer.
        socket.onWritable = { self.subscription?.resume() }
        self.socket = socket
        socket.begin(with: bytes)
        if self.exchange.hasInputEnded { self.endSoon() } else { self.exchange.onInputEnd = { self.end() } }
    }

    /// The client had ended its side before the stream began: it has its head, and that is all. Not at once, since the stream is
    /// being opened.
    private func endSoon() {
        self.exchange.channel.eventLoop.assumeIsolated().execute { self.end() }
    }

    /// The client wants no more, and may still look at how the body ends.
    private func end() {
        self.subscription?.leave()
        self.finish(ByteBuffer())
    }

    func deliver(_ bytes: ByteBuffer, count: Int, through cursor: Cursor) {
        self.socket?.write(bytes)
        self.rest -= bytes.readableBytes
        if self.rest <= 0 { self.turnOver() }
    }

    func reset(_ notice: ResetNotice) {
        self.socket?.write(self.format.reset(notice))
    }

    func heartbeat() {
        self.socket?.write(self.format.heartbeat())
    }

    func close(_ reason: CloseReason) {
        self.finish(self.format.close(reason, retry: CloseRetry.random()))
    }

    func connectionClosed() {
        self.socket?.forgetDescriptor()
    }

    /// The stream has had its share of bytes: its client goes on from its cursor.
    private func turnOver() {
        self.subscription?.leave()
        self.finish(self.format.turnOver())
    }

    private func finish(_ last: ByteBuffer) {
        var last = last
        last.writeImmutableBuffer(self.format.end())
        self.socket?.finish(with: last)
    }
}
