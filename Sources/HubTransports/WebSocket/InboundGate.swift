import ByteStreams
import NIOCore

/// Lets a peer's bytes through to the parser as long as its messages are taken, and holds what else has been read. Notices every
/// sign of life, also half a frame.
///
/// Confined to the channel's event loop, as every handler is.
final class InboundGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let isOpen: () -> Bool
    private let heard: (Int) -> Void
    private var held = HeldInput()
    private var isPassing = false
    private var context: ChannelHandlerContext?

    /// Makes a gate.
    /// - Parameters:
    ///   - isOpen: Whether all that was let through has been dealt with.
    ///   - heard: Is told how many bytes have come.
    init(isOpen: @escaping () -> Bool, heard: @escaping (Int) -> Void) {
        self.isOpen = isOpen
        self.heard = heard
    }

    /// Whether nothing is held.
    var isEmpty: Bool { self.held.isEmpty }

    /// Lets through what may pass.
    func pass() {
        guard !self.isPassing, let context = self.context else { return }
        self.isPassing = true
        while self.isOpen(), let bytes = self.held.next() { context.fireChannelRead(Self.wrapInboundOut(bytes)) }
        self.isPassing = false
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.held.removeAll()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        self.heard(bytes.readableBytes)
        self.held.append(bytes)
        self.pass()
    }
}

@available(*, unavailable)
extension InboundGate: Sendable {}
