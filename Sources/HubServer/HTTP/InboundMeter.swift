import NIOCore

/// Sees the bytes before the parser does: how many have come since the last request, and how long its line is.
final class InboundMeter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Bytes since the connection began or its last request ended.
    private(set) var byteCount = 0
    /// How many of them stand before the first line feed: the length of the request line, or of what there is of it.
    private(set) var lineByteCount = 0
    private var hasLine = false
    /// Is told of every read, before the parser.
    var onBytes: ((Int) -> Void)?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        self.byteCount += bytes.readableBytes
        if !self.hasLine { self.measureLine(bytes.readableBytesView) }
        self.onBytes?(bytes.readableBytes)
        context.fireChannelRead(data)
    }

    /// A request has ended.
    func reset() {
        self.byteCount = 0
        self.lineByteCount = 0
        self.hasLine = false
    }

    private func measureLine(_ bytes: ByteBufferView) {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        self.hasLine = end != nil
        self.lineByteCount += bytes.distance(from: bytes.startIndex, to: end ?? bytes.endIndex)
    }
}

@available(*, unavailable)
extension InboundMeter: Sendable {}
