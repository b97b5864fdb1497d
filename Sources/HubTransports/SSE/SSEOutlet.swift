import HubCore
import NIOCore
import NIOHTTP1

/// The end of a stream that an EventSource reads. Used only on the channel's loop.
final class SSEOutlet: Outlet {
    /// A client that was told to leave comes back after this many milliseconds, so that a fleet does not move in step.
    private static let retryAfterClose: ClosedRange<Int32> = 500...5000

    private let exchange: any StreamExchange
    private let sse: SSEEncoding
    private let prime: Bool
    private var socket: StreamSocket?
    /// Is called when the outlet takes more again.
    var onWritable: (() -> Void)?

    init(_ exchange: any StreamExchange, format: StreamRequest.Format, prime: Bool) {
        self.exchange = exchange
        self.sse = SSEEncoding(format: format, isChunked: exchange.version != .http1_0)
        self.prime = prime
    }

    var encoding: any EventEncoding { self.sse }

    var isWritable: Bool { self.socket?.isWritable ?? false }

    func open(_ opening: StreamOpening) {
        self.exchange.begin(Self.head(of: self.exchange, isChunked: self.sse.isChunked, opening.replay))
        let socket = StreamSocket(self.exchange.channel, direct: true)
        socket.onWritable = { [weak self] in self?.onWritable?() }
        self.socket = socket
        // A first comment makes proxies and clients that wait for a byte of the body take the stream for open.
        var beginning = self.sse.comment()
        if self.prime, let cursor = opening.cursor { beginning.writeImmutableBuffer(self.sse.prime(cursor)) }
        socket.begin(with: beginning)
    }

    func deliver(_ bytes: ByteBuffer, count: Int, through cursor: Cursor) {
        self.socket?.write(bytes)
    }

    func reset(_ notice: ResetNotice) {
        self.socket?.write(self.sse.reset(notice))
    }

    func heartbeat() {
        self.socket?.write(self.sse.comment())
    }

    func close(_ reason: CloseReason) {
        var last = self.sse.close(reason, retry: Int32.random(in: Self.retryAfterClose))
        last.writeImmutableBuffer(self.sse.end())
        self.socket?.finish(with: last)
    }

    /// The connection is gone, and its descriptor may soon be another's.
    func connectionClosed() {
        self.socket?.forgetDescriptor()
        self.onWritable = nil
    }

    /// The head of a stream, such that no proxy on the way stores, changes or holds it back.
    static func head(
        of exchange: any StreamExchange, isChunked: Bool, _ replay: StreamOpening.Replay?
    ) -> HTTPResponseHead {
        var headers = exchange.commonHeaders
        headers.replaceOrAdd(name: "Content-Type", value: "text/event-stream")
        headers.replaceOrAdd(name: "Cache-Control", value: "no-store, no-transform")
        headers.replaceOrAdd(name: "X-Accel-Buffering", value: "no")
        if let replay { headers.replaceOrAdd(name: "Hub-Replay", value: replay.rawValue) }
        if isChunked { headers.replaceOrAdd(name: "Transfer-Encoding", value: "chunked") }
        return HTTPResponseHead(version: exchange.version, status: .ok, headers: headers)
    }
}
