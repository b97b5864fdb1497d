import NIOCore

/// The bytes of a connection of HTTP/2, below its frames. What is written is gathered until it is flushed, since frames are small
/// and a record of TLS for each would cost more than they do. Data goes past NIO's handler, whose book-keeping would cost more than all
/// the rest; so the windows for it are kept here too, and what widens them does not get to that handler.
///
/// Confined to the channel's event loop, as every handler is.
final class HTTP2Wire: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = ByteBuffer

    /// What one record of TLS takes, and what every client takes in one frame (RFC 9113, 6.5.2).
    static let recordBytes = 16 << 10

    private var filter = HTTP2FrameFilter(prefaceBytes: HTTP2Format.prefaceBytes)
    private var gathered = ByteBuffer()
    private var promises: [EventLoopPromise<Void>] = []
    private var unfinishedWrites = 0
    private var observer: (any HTTP2WireObserver)?
    private var context: ChannelHandlerContext?

    /// Whether the kernel has yet to take what was flushed.
    private(set) var isBlocked = false

    /// Names who is told of what happens here.
    func attach(to observer: any HTTP2WireObserver) { self.observer = observer }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.observer = nil
        for promise in self.promises { promise.fail(ChannelError.ioOnClosedChannel) }
        self.promises.removeAll()
    }

    // MARK: Reading

    /// Takes what has come before the handler was there.
    func receive(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0, let context = self.context else { return }
        self.channelRead(context: context, data: Self.wrapInboundOut(bytes))
        context.fireChannelReadComplete()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        guard let observer = self.observer, !observer.drops(bytes.readableBytes) else { return }
        self.filter.append(bytes)
        while observer.takesParts, let part = self.filter.next(isKnown: observer.hasWindow) {
            switch part {
            case .bytes(let bytes): context.fireChannelRead(Self.wrapInboundOut(bytes))
            case .windowUpdate(let id, let increment): observer.widenWindow(of: id, by: increment)
            case .tooManySettings: observer.endForExcess()
            }
        }
        observer.bytesPassed(held: self.filter.heldByteCount)
    }

    // MARK: Writing

    /// Writes a frame of which NIO's handler knows nothing.
    /// - Parameters:
    ///   - kind: Its kind.
    ///   - bytes: Its payload: so many as a frame takes.
    ///   - id: Its stream.
    func writeFrame(_ kind: UInt8, _ bytes: ByteBuffer, on id: UInt32) {
        guard let context = self.context else { return }
        self.makeRoom(HTTP2Format.headBytes + bytes.readableBytes, context)
        self.gathered.writeMultipleIntegers(UInt32(bytes.readableBytes) << 8 | UInt32(kind), UInt8(0), id)
        self.gathered.writeImmutableBuffer(bytes)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .byteBuffer(let bytes) = Self.unwrapOutboundIn(data) else { return }
        self.makeRoom(bytes.readableBytes, context)
        self.gathered.writeImmutableBuffer(bytes)
        if let promise { self.promises.append(promise) }
    }

    /// Lets what was gathered leave.
    func flushGathered() {
        if self.gathered.readableBytes > 0, let context = self.context { self.flush(context: context) }
    }

    func flush(context: ChannelHandlerContext) {
        self.pass(context)
        context.flush()
        self.isBlocked = self.unfinishedWrites > 0
    }

    private func makeRoom(_ count: Int, _ context: ChannelHandlerContext) {
        if self.gathered.readableBytes + count > Self.recordBytes { self.pass(context) }
    }

    private func pass(_ context: ChannelHandlerContext) {
        guard self.gathered.readableBytes > 0 else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        for promise in self.promises { written.futureResult.cascade(to: promise) }
        self.promises.removeAll(keepingCapacity: true)
        self.unfinishedWrites += 1
        written.futureResult.assumeIsolated().whenComplete { _ in self.finishWrite() }
        context.write(Self.wrapOutboundOut(self.gathered), promise: written)
        self.gathered = ByteBuffer()
    }

    private func finishWrite() {
        self.unfinishedWrites -= 1
        guard self.unfinishedWrites == 0, self.isBlocked else { return }
        self.isBlocked = false
        self.observer?.becameWritable()
    }
}

/// Is told of the bytes of a connection of HTTP/2.
protocol HTTP2WireObserver: AnyObject {
    /// Bytes have come.
    /// - Returns: Whether nobody wants them.
    func drops(_ count: Int) -> Bool

    /// Whether what comes is still dealt with.
    var takesParts: Bool { get }

    /// They were dealt with.
    /// - Parameter held: How many could not be, since more has to come.
    func bytesPassed(held: Int)

    /// Whether data is sent on a stream; 0 is the connection.
    func hasWindow(of id: UInt32) -> Bool

    /// The client takes more on a stream, or on the connection.
    func widenWindow(of id: UInt32, by increment: Int)

    /// The client does more than there is a reason for.
    func endForExcess()

    /// The kernel has taken all that was flushed.
    func becameWritable()
}

@available(*, unavailable)
extension HTTP2Wire: Sendable {}
