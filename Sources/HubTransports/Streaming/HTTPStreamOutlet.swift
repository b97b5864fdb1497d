import ByteStreams
import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import NIOCore

/// The end of a stream that is the body of one HTTP response, whatever its format. Used only on the exchange's loop.
final class HTTPStreamOutlet<Format: HTTPStreamFormat>: StreamOutlet {
    private var sink: (any StreamSink)?
    private var rest: Int
    private let exchange: any HTTPExchange
    private let format: Format
    let client: ClientAddress?
    private(set) var subscription: Subscription?

    init(_ exchange: any HTTPExchange, _ format: Format, of client: ClientAddress?) {
        self.exchange = exchange
        self.client = client
        self.format = format
        self.rest = format.byteLimit
    }

    var transport: String { self.format.transport }

    var encoding: any EventEncoding { self.format.encoding }

    /// A stream that has its share of bytes counts them.
    var directSink: ConnectionSink? { self.format.byteLimit == .max ? self.sink as? ConnectionSink : nil }

    var isWritable: Bool { self.sink?.isWritable ?? false }

    var backlog: Int { self.sink?.backlog ?? 0 }

    func open(_ opening: StreamOpening) {
        self.sink = self.exchange.stream(
            self.format.fields(self.exchange, opening), self.format.framing, first: self.format.beginning(opening))
        if self.exchange.hasInputEnded { self.endSoon() }
    }

    func attach(_ subscription: Subscription?) {
        self.subscription = subscription
    }

    /// A stream that has not begun gets its head first.
    func inputEnded() {
        if self.sink != nil { self.end() }
    }

    func disconnect() {
        self.sink?.disconnect()
    }

    /// The client had ended its side before the stream began: it has its head, and that is all. Not at once, since the stream is
    /// being opened.
    private func endSoon() {
        self.exchange.eventLoop.assumeIsolated().execute { self.end() }
    }

    /// The client wants no more, and may still look at how the body ends.
    private func end() {
        self.subscription?.leave()
        self.finish(ByteBuffer())
    }

    func deliver(_ bytes: ByteBuffer, count: Int, through cursor: Cursor) {
        self.sink?.write(bytes)
        self.rest -= bytes.readableBytes
        if self.rest <= 0 { self.turnOver() }
    }

    func reset(_ notice: ResetNotice) {
        self.sink?.write(self.format.reset(notice))
    }

    func heartbeat() {
        self.sink?.write(self.format.heartbeat())
    }

    func close(_ reason: CloseReason) {
        self.finish(self.format.close(reason, retry: CloseRetry.random()))
    }

    /// The stream has had its share of bytes: its client goes on from its cursor.
    private func turnOver() {
        self.subscription?.leave()
        self.finish(self.format.turnOver())
    }

    private func finish(_ last: ByteBuffer) {
        var last = last
        last.writeImmutableBuffer(self.format.end())
        self.sink?.finish(with: last)
    }
}
