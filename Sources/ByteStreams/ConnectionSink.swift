public import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// send(2), by a name that the socket's own does not hide.
private let systemSend = send

/// The writing end of a connection that one stream has to itself: gives bytes to the kernel, past the channel's pipeline, and
/// lets the pipeline have what the kernel does not take at once.
///
/// A plain connection's descriptor is used directly, since a pass through the pipeline costs as much again as the kernel's
/// send. The rules that make this safe: everything happens on the channel's loop; nothing is sent past the pipeline while
/// a write in it is unfinished; the descriptor is forgotten by `disconnect`, which the owner calls when the channel
/// becomes inactive, before the kernel can give its number to another connection, and when a write fails, since a channel
/// closes its descriptor before it fails the writes that it still had.
public final class ConnectionSink: StreamSink {
    private static let finishTimeout = TimeAmount.seconds(5)

    private var unfinishedWrites = 0 {
        didSet { if self.descriptor >= 0 { self.tellDescriptor() } }
    }
    /// Whether somebody may have seen that not everything was taken.
    private var isBlocked = false
    /// What of the clients' budget is taken by bytes that the kernel has not.
    private var share: ByteShare?
    private var descriptor: CInt = -1 {
        didSet { self.tellDescriptor() }
    }
    private var isClosed = false
    private let sendQueue: SendQueue
    private var observer: (any StreamSinkObserver)?
    private var user: (any DescriptorUser)?
    private let ended: (() -> Void)?

    /// Takes over the writing end of a channel.
    /// - Parameters:
    ///   - channel: Its pipeline takes plain bytes.
    ///   - isPlain: Whether the bytes on the wire are those that are written: not so with TLS or HTTP/2.
    ///   - budget: What is taken from for bytes that the kernel does not take; a stream for which there is no room ends, and goes on
    ///     from its cursor elsewhere.
    ///   - observer: Is told when the sink takes more again, until it is closed.
    ///   - ended: Is called when the last bytes have been taken, and ends the connection; without it, it is closed.
    public init(
        _ channel: any Channel, isPlain: Bool, budget: ByteBudget? = nil, observer: (any StreamSinkObserver)? = nil,
        ended: (() -> Void)? = nil
    ) {
        self.share = budget.map { ByteShare(of: $0) }
        self.sendQueue = SendQueue(of: channel)
        self.ended = ended
        self.observer = observer
        if isPlain { self.descriptor = self.sendQueue.descriptor }
    }

    private var channel: any Channel { self.sendQueue.channel }

    /// Lets somebody give bytes to the kernel past the sink, and takes that back from who might before.
    /// - Parameter user: Knows at any time whether it may, and where, since every change of what that depends on is told.
    public func lendDescriptor(to user: (any DescriptorUser)?) {
        self.user?.descriptorChanged(to: -1)
        self.user = user
        self.tellDescriptor()
    }

    /// Whether everything that was written has been taken by the kernel.
    public var isWritable: Bool { self.unfinishedWrites == 0 && !self.isClosed }

    /// How many bytes were written that the peer has not acknowledged.
    public var backlog: Int { self.isClosed ? 0 : self.sendQueue.byteCount }

    /// Writes the first bytes: through the pipeline if anything stands there already, which has to be taken before anything
    /// may go past it.
    public func begin(with bytes: ByteBuffer) {
        if self.sendQueue.bufferedByteCount > 0 { self.writeThroughPipeline(bytes) } else { self.write(bytes) }
    }

    /// Writes bytes after all that were written before.
    public func write(_ bytes: ByteBuffer) {
        guard !self.isClosed else { return }
        guard self.descriptor >= 0, self.unfinishedWrites == 0 else { return self.writeThroughPipeline(bytes) }
        let sent = Self.send(bytes, to: self.descriptor)
        if sent != bytes.readableBytes { self.resume(with: bytes, after: sent) }
    }

    /// Gives bytes to the kernel.
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - descriptor: The socket, as its sink has told.
    /// - Returns: How many it took; if that failed, the error's number, negated.
    public static func send(_ bytes: ByteBuffer, to descriptor: CInt) -> Int {
        let sent = bytes.withUnsafeReadableBytes { pointer in
            systemSend(descriptor, pointer.baseAddress, pointer.count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
        }
        return sent >= 0 ? sent : -Int(errno)
    }

    /// Lets the pipeline have what the kernel did not take.
    /// - Parameters:
    ///   - bytes: What was to be sent.
    ///   - sent: What `send` returned.
    public func resume(with bytes: ByteBuffer, after sent: Int) {
        guard sent >= 0 || sent == -Int(EAGAIN) || sent == -Int(EINTR) else { return self.closeLater() }
        var rest = bytes
        rest.moveReaderIndex(forwardBy: max(0, sent))
        self.writeThroughPipeline(rest)
    }

    /// Writes the last bytes of the stream, and ends the connection when they are taken, or closes it after a while if the peer
    /// takes nothing.
    public func finish(with bytes: ByteBuffer) {
        guard !self.isClosed else { return }
        self.disconnect()
        let channel = self.channel
        let deadline = channel.eventLoop.scheduleTask(in: Self.finishTimeout) { channel.close(promise: nil) }
        channel.writeAndFlush(bytes).assumeIsolated().whenComplete { result in
            deadline.cancel()
            guard case .success = result, let ended = self.ended else { return channel.close(promise: nil) }
            ended()
        }
    }

    /// Closes the connection without another byte.
    public func abort() {
        self.disconnect()
        self.channel.close(promise: nil)
    }

    /// The channel is inactive, and its descriptor may soon be another's: nothing is written any more.
    public func disconnect() {
        self.isClosed = true
        self.descriptor = -1
        self.observer = nil
        self.share?.release()
    }

    private func tellDescriptor() {
        self.user?.descriptorChanged(to: self.unfinishedWrites == 0 ? self.descriptor : -1)
    }

    private func writeThroughPipeline(_ bytes: ByteBuffer) {
        self.unfinishedWrites += 1
        let written = self.channel.writeAndFlush(bytes)
        written.assumeIsolated().whenComplete { result in
            guard case .success = result, !self.isClosed else { return }
            self.unfinishedWrites -= 1
            guard self.unfinishedWrites == 0, self.isBlocked else { return }
            self.isBlocked = false
            self.share?.release()
            self.observer?.becameWritable()
        }
        // Mostly the kernel has taken it by now.
        self.isBlocked = self.unfinishedWrites > 0
        if self.isBlocked, self.share?.hold(self.sendQueue.bufferedByteCount, for: .stranger) == false {
            self.closeLater()
        }
    }

    /// The peer is gone, or there is no room for what it does not take. The channel is closed after the pass over the subscribers that
    /// is under way.
    private func closeLater() {
        self.isClosed = true
        self.descriptor = -1
        let channel = self.channel
        channel.eventLoop.execute { channel.close(promise: nil) }
    }
}

/// Gives bytes to the kernel itself. Used only on the channel's loop.
public protocol DescriptorUser: AnyObject {
    /// What takes the stream's bytes as they are, right now, has changed.
    /// - Parameter descriptor: The socket; -1 while bytes have to go through the sink.
    func descriptorChanged(to descriptor: CInt)
}
