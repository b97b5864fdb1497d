import NIOCore

/// Sees the bytes before the parser does: how many have come since the last request, and how long its line is.
final class InboundMeter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Bytes since the connection began or its last request ended.
    private(set) var byteCount = 0
    /// How many of them stand before the first line feed: the length of the request line, or of what there is of it.
    private(set) var lineByteCount = 0
    /// Whether that line feed came without a carriage return before it.
    private(set) var hasBareLineFeed = false
    private var hasLine = false
    private var lastByte: UInt8 = 0
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
        self.hasBareLineFeed = false
    }

    private func measureLine(_ bytes: ByteBufferView) {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        self.hasLine = end != nil
        let line = bytes[..<(end ?? bytes.endIndex)]
        self.lineByteCount += line.count
        self.lastByte = line.last ?? self.lastByte
        if self.hasLine { self.hasBareLineFeed = self.lastByte != UInt8(ascii: "\r") }
    }
}

@available(*, unavailable)
extension InboundMeter: Sendable {}
