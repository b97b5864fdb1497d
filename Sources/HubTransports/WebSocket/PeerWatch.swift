import NIOCore

/// Notices every sign of life of a peer, also half a frame.
final class PeerWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let heard: () -> Void

    init(heard: @escaping () -> Void) {
        self.heard = heard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.heard()
        context.fireChannelRead(data)
    }
}

@available(*, unavailable)
extension PeerWatch: Sendable {}
