import HubTransports
import NIOCore

/// Lets the bytes through to the parser as long as requests are taken, and sees them before it does: how many have come since
/// the last request, how long its line is, and with which protocol it ends, which the parser does not tell.
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
    /// The last eight bytes of the line, as far as it has come.
    private var lineEnd: UInt64 = 0
    /// What is being parsed, and how many heads the parser has found in it.
    private var read: (bytes: ByteBuffer, heads: Int, namesOther: Bool?)?
    private var held = HeldInput()
    /// Whether the parser has not come back yet.
    private(set) var isPassing = false
    private var context: ChannelHandlerContext?
    /// Whether all that was let through has been dealt with.
    var isOpen: (() -> Bool)?
    /// Is told of every read, before the parser.
    var onBytes: ((Int) -> Void)?

    /// Bytes that the parser has not been given yet.
    var heldByteCount: Int { self.held.count }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        self.held.append(bytes)
        self.onBytes?(bytes.readableBytes)
        self.pass()
    }

    /// Lets through what may pass.
    func pass() {
        guard !self.isPassing, let context = self.context else { return }
        self.isPassing = true
        while self.isOpen?() ?? true, let bytes = self.held.next() {
            self.byteCount += bytes.readableBytes
            if !self.hasLine { self.measureLine(bytes.readableBytesView) }
            self.read = (bytes, 0, nil)
            context.fireChannelRead(Self.wrapInboundOut(bytes))
            self.read = nil
        }
        self.isPassing = false
    }

    /// Lets go of what will not be used.
    func letGoOfHeld() {
        self.held.removeAll()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.isOpen = nil
        self.held.removeAll()
    }

    /// The parser has found a head.
    /// - Returns: Whether its line names HTTP. The parser takes RTSP and ICE too, and does not tell which it was.
    func endHead() -> Bool {
        self.read?.heads += 1
        guard let read = self.read, read.heads > 1 else { return !Self.otherEnds.contains(self.lineEnd >> 32) }
        // Where the line of a further request in the same read begins is not known: neither name may be there at all.
        let namesOther =
            read.namesOther ?? Self.otherNames.contains { read.bytes.readableBytesView.firstRange(of: $0) != nil }
        self.read?.namesOther = namesOther
        return !namesOther
    }

    /// A request has ended.
    func reset() {
        self.byteCount = 0
        self.lineByteCount = 0
        self.hasLine = false
        self.hasBareLineFeed = false
        self.lineEnd = 0
    }

    private func measureLine(_ bytes: ByteBufferView) {
        // A server passes over empty lines before the request line (RFC 9112, 2.2).
        let bytes =
            self.lineByteCount == 0 ? bytes.drop { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") } : bytes
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        self.hasLine = end != nil
        let line = bytes[..<(end ?? bytes.endIndex)]
        self.lineByteCount += line.count
        self.lineEnd = line.suffix(8).reduce(self.lineEnd) { $0 << 8 | UInt64($1) }
        if self.hasLine { self.hasBareLineFeed = self.lineEnd & 0xFF != UInt64(UInt8(ascii: "\r")) }
    }

    /// The first half of the last eight bytes of `RTSP/1.0` and `ICE/1.0`, each with a carriage return.
    private static let otherEnds = ["TSP/", "ICE/"].map { $0.utf8.reduce(0) { $0 << 8 | UInt64($1) } as UInt64 }
    private static let otherNames = [Array(" RTSP/".utf8), Array(" ICE/".utf8)]
}

@available(*, unavailable)
extension InboundMeter: Sendable {}
