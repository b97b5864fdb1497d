import NIOCore
import NIOSSL
import NIOTLS

/// Sees how the handshake of a connection ends, and is gone then. Used only on the connection's loop.
final class TLSHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let counters: TLSCounters
    private var isOver = false

    init(_ counters: TLSCounters) {
        self.counters = counters
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        self.end(.completed)
        context.fireUserInboundEventTriggered(event)
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.end(TLSCounters.Outcome(error))
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end(.abandoned)
        context.fireChannelInactive()
    }

    private func end(_ outcome: TLSCounters.Outcome) {
        guard !self.isOver else { return }
        self.isOver = true
        self.counters.count(outcome)
    }
}

@available(*, unavailable)
extension TLSHandshake: Sendable {}
