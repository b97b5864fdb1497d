import ByteStreams
import NIOCore

/// Gives encrypted bytes to the kernel past the channel's own buffer of writes, which costs as much again as it does on a connection whose
/// state is no longer in the processor's caches; what the kernel does not take at once the channel gets.
///
/// What makes this safe: it stands right before the socket, so that it is given nothing but records; nothing goes past the channel while a
/// write in it is unfinished; the descriptor is used only while the channel is active, since it may be another's right after, and
/// forgotten when a write fails. Confined to the channel's event loop, as every handler is.
final class EncryptedSender: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var descriptor: CInt = -1
    private var records = ByteBuffer()
    private var promise: EventLoopPromise<Void>?
    private var unfinishedWrites = 0

    func handlerAdded(context: ChannelHandlerContext) {
        self.descriptor = SendQueue(of: context.channel).descriptor
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.descriptor = -1
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.descriptor = -1
        self.promise?.fail(ChannelError.ioOnClosedChannel)
        self.promise = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if self.records.readableBytes > 0 { self.pass(context) }
        self.records = Self.unwrapOutboundIn(data)
        self.promise = promise
    }

    func flush(context: ChannelHandlerContext) {
        guard !self.send(context) else { return }
        self.pass(context)
        context.flush()
    }

    /// - Returns: Whether the kernel has taken everything.
    private func send(_ context: ChannelHandlerContext) -> Bool {
        guard self.unfinishedWrites == 0, self.descriptor >= 0, self.records.readableBytes > 0, context.channel.isActive
        else { return false }
        let sent = ConnectionSink.send(self.records, to: self.descriptor)
        // The channel finds out by itself what is wrong.
        guard sent > 0 else { return false }
        self.records.moveReaderIndex(forwardBy: sent)
        guard self.records.readableBytes == 0 else { return false }
        self.records = ByteBuffer()
        let promise = self.promise
        self.promise = nil
        promise?.succeed()
        return true
    }

    private func pass(_ context: ChannelHandlerContext) {
        guard self.records.readableBytes > 0 || self.promise != nil else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        self.unfinishedWrites += 1
        written.futureResult.assumeIsolated().whenComplete { result in
            self.unfinishedWrites -= 1
            if case .failure = result { self.descriptor = -1 }
        }
        written.futureResult.cascade(to: self.promise)
        let records = self.records
        self.records = ByteBuffer()
        self.promise = nil
        context.write(Self.wrapOutboundOut(records), promise: written)
    }
}

@available(*, unavailable)
extension EncryptedSender: Sendable {}
