public import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// send(2), by a name that the socket's own does not hide.
private let systemSend = send

/// The writing end of a stream's connection: gives bytes to the kernel itself, past the channel's pipeline, and lets the
/// pipeline have what the kernel does not take at once.
///
/// A plain connection's descriptor is used directly, since a pass through the pipeline costs as much again as the kernel's
/// send. The rules that make this safe: everything happens on the channel's loop; nothing is sent past the pipeline while
/// a write in it is unfinished; the descriptor is forgotten in `close`, which the owner calls when the channel
/// becomes inactive, before the kernel can give its number to another connection, and when a write fails, since a channel
/// closes its descriptor before it fails the writes that it still had.
public final class StreamSocket {
    private static let finishTimeout = TimeAmount.seconds(5)

    private var unfinishedWrites = 0 {
        didSet { self.tellStream() }
    }
    private var descriptor: CInt = -1 {
        didSet { self.tellStream() }
    }
    private var isClosed = false
    private let channel: any Channel
    /// The stream whose events are written past the outlet too. It knows at any time whether it may do so, and where, since
    /// every change of what that depends on tells it.
    var stream: Subscriber? {
        didSet {
            oldValue?.descriptor = -1
            self.tellStream()
        }
    }

    /// Is called when everything that was written has been taken, after `isWritable` was `false`.
    public var onWritable: (() -> Void)?

    /// Takes over the writing end of a channel.
    /// - Parameters:
    ///   - channel: Its pipeline takes plain bytes.
    ///   - direct: Whether the bytes on the wire are those that are written: not so with TLS or HTTP/2.
    public init(_ channel: any Channel, direct: Bool) {
        self.channel = channel
        guard direct else { return }
        let transport = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { $0 }
        self.descriptor = transport ?? -1
    }

    /// Whether everything that was written has been taken by the kernel.
    public var isWritable: Bool { self.unfinishedWrites == 0 && !self.isClosed }

    /// How many bytes were written that the peer has not acknowledged; with TLS, that the kernel has not taken.
    public var backlog: Int {
        (self.isClosed ? 0 : self.bufferedByteCount) + self.unacknowledgedByteCount
    }

    /// What the pipeline still holds.
    private var bufferedByteCount: Int {
        (try? self.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// What the kernel still holds (tcp(7), SIOCOUTQ). Without it a slow client would seem to take nothing until much of the
    /// kernel's buffer is free.
    private var unacknowledgedByteCount: Int {
        #if os(Linux)
            var count: CInt = 0
            guard self.descriptor >= 0, ioctl(self.descriptor, UInt(TIOCOUTQ), &count) == 0 else { return 0 }
            return Int(count)
        #else
            return 0
        #endif
    }

    /// Writes the first bytes: through the pipeline if anything stands there already, which has to be taken before anything
    /// may go past it.
    public func begin(with bytes: ByteBuffer) {
        if self.bufferedByteCount > 0 { self.writeThroughPipeline(bytes) } else { self.write(bytes) }
    }

    /// Writes bytes after all that were written before.
    public func write(_ bytes: ByteBuffer) {
        guard !self.isClosed else { return }
        guard self.descriptor >= 0, self.unfinishedWrites == 0 else { return self.writeThroughPipeline(bytes) }
        let sent = Self.send(bytes, to: self.descriptor)
        if sent != bytes.readableBytes { self.goOn(with: bytes, after: sent) }
    }

    /// Gives bytes to the kernel.
    /// - Returns: How many it took; if that failed, the error's number, negated.
    @inline(__always)
    static func send(_ bytes: ByteBuffer, to descriptor: CInt) -> Int {
        let sent = bytes.withUnsafeReadableBytes { pointer in
            systemSend(descriptor, pointer.baseAddress, pointer.count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
        }
        return sent >= 0 ? sent : -Int(errno)
    }

    /// Lets the pipeline have what the kernel did not take.
    /// - Parameter sent: What `send` returned.
    func goOn(with bytes: ByteBuffer, after sent: Int) {
        guard sent >= 0 || sent == -Int(EAGAIN) || sent == -Int(EINTR) else { return self.closeLater() }
        var rest = bytes
        rest.moveReaderIndex(forwardBy: max(0, sent))
        self.writeThroughPipeline(rest)
    }

    /// Writes the last bytes of the stream, and closes the connection when they are taken, or after a while if the peer
    /// takes nothing.
    public func finish(with bytes: ByteBuffer) {
        guard !self.isClosed else { return }
        self.forgetDescriptor()
        let channel = self.channel
        let deadline = channel.eventLoop.scheduleTask(in: Self.finishTimeout) { channel.close(promise: nil) }
        channel.writeAndFlush(bytes).whenComplete { _ in
            deadline.cancel()
            channel.close(promise: nil)
        }
    }

    /// Closes the connection without another byte.
    public func abort() {
        self.forgetDescriptor()
        self.channel.close(promise: nil)
    }

    /// The channel is inactive: nothing is written any more.
    public func forgetDescriptor() {
        self.isClosed = true
        self.descriptor = -1
        self.onWritable = nil
    }

    private func tellStream() {
        self.stream?.descriptor = self.unfinishedWrites == 0 ? self.descriptor : -1
    }

    private func writeThroughPipeline(_ bytes: ByteBuffer) {
        self.unfinishedWrites += 1
        let written = self.channel.writeAndFlush(bytes)
        written.assumeIsolated().whenComplete { result in
            guard case .success = result, !self.isClosed else { return }
            self.unfinishedWrites -= 1
            if self.unfinishedWrites == 0 { self.onWritable?() }
        }
    }

    /// The peer is gone. The channel is closed after the pass over the subscribers that is under way.
    private func closeLater() {
        self.isClosed = true
        self.descriptor = -1
        let channel = self.channel
        channel.eventLoop.execute { channel.close(promise: nil) }
    }
}
