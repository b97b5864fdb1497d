import ByteStreams
import ByteStrings
import NIOCore
import NIOHTTP1

/// Lets the bytes through to the parser as long as requests are taken, and sees them before it does: how many have come since
/// the last request, and what the parser does not tell of its head.
///
/// It follows the requests in what it lets through, as far as their lengths are known beforehand: not past a chunked body. What
/// it can't follow it can't refuse, and passes on as it is.
final class InboundMeter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Bytes since the connection began or its last request ended.
    private(set) var byteCount = 0
    /// Bytes since the head, as long as its request is not complete.
    private(set) var bodyByteCount = 0
    /// Whether more came than the parser has read, and is gone.
    private(set) var hasLostInput = false
    /// The head that is coming; `nil` while a body is, or something that can't be followed.
    private var scan: HeadScan? = HeadScan()
    /// Where the head ends in what is being parsed.
    private var headEnd: Int?
    /// Whether the parser may read nothing after this request.
    private var stopsParser = false
    /// Where the request ends, counted from the beginning of what is being parsed; `nil` if that is not known.
    private var requestEnd: Int?
    /// What is being parsed.
    private var passing: ByteBuffer?
    /// What comes right after it.
    private var rest = ByteBuffer()
    private var held = HeldInput()
    /// Whether nothing has come by which it could be told what the client speaks.
    private var isNew = true
    /// What is known of the last line, for whoever has to say what is wrong with it.
    private var lastScan = HeadScan()
    private var context: ChannelHandlerContext?
    private var observer: (any InboundMeterObserver)?
    /// Whether the parser has yet to be told so: it takes nothing more from then on.
    private var owesInputEnd = false

    /// Bytes that the parser has not been given yet.
    var heldByteCount: Int { self.rest.readableBytes + self.held.count }

    /// Whether the parser has not come back yet.
    var isPassing: Bool { self.passing != nil }

    /// Whether the parser has been given all that came, and has looked at it.
    var hasPassedAll: Bool { self.heldByteCount == 0 && !self.isPassing && !self.owesInputEnd }

    /// The length of the request line, or of what there is of it.
    var lineByteCount: Int { (self.scan ?? self.lastScan).lineByteCount }

    /// Whether that line ended with a line feed alone.
    var hasBareLineFeed: Bool { (self.scan ?? self.lastScan).hasBareLineFeed }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        self.observer?.bytesRead(bytes.readableBytes)
        guard self.observer?.dropsInput != true else { return }
        self.held.append(bytes)
        self.pass()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed? = event as? ChannelEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        self.owesInputEnd = true
        self.isNew = false
        self.observer?.inputEnded()
        self.pass()
    }

    /// Names who decides what may pass.
    func attach(to observer: any InboundMeterObserver) { self.observer = observer }

    /// Nobody decides any more.
    func detach() { self.observer = nil }

    /// Lets through what may pass.
    func pass() {
        if self.isNew, !self.held.isEmpty, self.awaitsPreface() { return }
        guard !self.isPassing, let context = self.context else { return }
        while self.observer?.takesInput ?? true, let slice = self.next() {
            let bytes = self.prepare(slice)
            self.byteCount += bytes.readableBytes
            if self.scan == nil { self.bodyByteCount += bytes.readableBytes }
            self.passing = bytes
            context.fireChannelRead(Self.wrapInboundOut(bytes))
            self.requestEnd = self.requestEnd.map { $0 - bytes.readableBytes }
            self.passing = nil
        }
        self.passInputEnd()
    }

    /// A client may speak HTTP/2 from the beginning (RFC 9113, 3.3).
    /// - Returns: Whether it does so, or what has come of it could be the beginning of that.
    private func awaitsPreface() -> Bool {
        switch HTTP2Format.match(self.held) {
        case .no:
            self.isNew = false
            return false
        case .partly: return true
        case .yes:
            self.observer?.prefaceRead(self.held.takeAll() ?? ByteBuffer())
            return true
        }
    }

    /// The end of the input comes after all of it.
    private func passInputEnd() {
        guard self.owesInputEnd, self.heldByteCount == 0, let context = self.context else { return }
        self.owesInputEnd = false
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    /// Lets go of what will not be used.
    func removeHeld() {
        self.rest = ByteBuffer()
        self.held.removeAll()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.observer = nil
        self.removeHeld()
    }

    // MARK: Following the requests

    /// The parser has found a head.
    /// - Parameter stopsParser: Whether the parser may read nothing after its request.
    /// - Returns: What is wrong with its line that the parser does not mind.
    func endHead(_ head: HTTPRequestHead, stopsParser: Bool) -> Problem? {
        self.stopsParser = stopsParser
        if let passing = self.passing, let end = self.headEnd { self.bodyByteCount = passing.readableBytes - end }
        let problem = self.scan?.problem
        self.lastScan = self.scan ?? self.lastScan
        let isFollowed = self.scan?.isLineComplete == true
        self.scan = nil
        self.requestEnd = self.headEnd.flatMap { head.requestLength(headLength: $0) }
        self.headEnd = nil
        return isFollowed ? problem : self.passing.flatMap(Self.otherProtocol)
    }

    /// Whether it is known where the request ends whose head was found last.
    var knowsRequestEnd: Bool { self.requestEnd != nil }

    /// A request has ended.
    /// - Returns: Whether the parser stops: what it may have been given of the next request will be passed again.
    func endRequest() -> Bool {
        defer { self.requestEnd = nil }
        self.byteCount = 0
        self.bodyByteCount = 0
        self.headEnd = nil
        self.scan = nil
        guard let passing = self.passing else {
            self.scan = HeadScan()
            return self.stopsParser
        }
        let end = self.requestEnd ?? passing.endOfChunks
        if let end, end <= passing.readableBytes {
            if self.stopsParser { self.takeBack(passing, from: end) } else { self.follow(passing, from: end) }
        } else {
            self.hasLostInput = self.stopsParser
        }
        return self.stopsParser
    }

    private func takeBack(_ passing: ByteBuffer, from end: Int) {
        self.scan = HeadScan()
        guard end < passing.readableBytes else { return }
        self.rest = passing.getSlice(at: passing.readerIndex + end, length: passing.readableBytes - end) ?? self.rest
    }

    /// The next request begins in what the parser has.
    private func follow(_ passing: ByteBuffer, from end: Int) {
        self.byteCount = passing.readableBytes - end
        self.scan = HeadScan()
        passing.withUnsafeReadableBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes[end...])
            self.headEnd = self.scan?.take(rest).end.map { $0 + end }
        }
    }

    /// Where the line of this request begins in what was read is not known: neither name may be there at all.
    private static func otherProtocol(in bytes: ByteBuffer) -> Problem? {
        let isNamed = self.otherNames.contains { bytes.readableBytesView.firstRange(of: $0) != nil }
        return isNamed ? .otherProtocol : nil
    }

    private static let otherNames = [Array(" RTSP/".utf8), Array(" ICE/".utf8)]

    // MARK: Making it easy for the parser

    private func next() -> ByteBuffer? {
        guard self.rest.readableBytes > 0 else { return self.held.next() }
        defer { self.rest = ByteBuffer() }
        return self.rest
    }

    /// Follows what the parser gets next, cuts it where another head may begin that needs a look, and mends that of its fields.
    private func prepare(_ slice: ByteBuffer) -> ByteBuffer {
        guard var scan = self.scan else { return self.cut(slice, at: self.requestEnd) }
        let (fields, end) = slice.withUnsafeReadableBytes { scan.take($0) }
        self.scan = scan
        self.headEnd = end
        let head = self.cut(slice, at: end)
        let fieldEnd = end ?? head.readableBytes
        guard fields < fieldEnd, !head.isPlain(fields..<fieldEnd) else { return head }
        return self.mend(head, fields..<fieldEnd)
    }

    private func mend(_ bytes: ByteBuffer, _ fields: Range<Int>) -> ByteBuffer {
        bytes.withUnsafeReadableBytes { all in
            let mended = FieldText.mended(UnsafeRawBufferPointer(rebasing: all[fields]))
            var result = ByteBuffer()
            result.writeBytes(all[..<fields.lowerBound])
            result.writeBytes(mended)
            result.writeBytes(all[fields.upperBound...])
            self.headEnd = self.headEnd.map { $0 - fields.count + mended.count }
            return result
        }
    }

    /// The bytes up to a place, if there are fields after it that would have to be mended.
    private func cut(_ slice: ByteBuffer, at end: Int?) -> ByteBuffer {
        guard let end, end < slice.readableBytes, !slice.isPlain(end..<slice.readableBytes),
            slice.readableBytesView.dropFirst(end).contains(UInt8(ascii: "\r"))
        else { return slice }
        var rest = slice
        let head = rest.readSlice(length: end)
        self.rest = rest
        return head ?? slice
    }
}

/// Decides what passes a meter, and is told what comes.
protocol InboundMeterObserver: AnyObject {
    /// Whether nobody wants what comes.
    var dropsInput: Bool { get }

    /// Whether all that was let through has been dealt with, and more is of use.
    var takesInput: Bool { get }

    /// The client speaks HTTP/2: this is all that has come.
    func prefaceRead(_ bytes: ByteBuffer)

    /// Bytes have come, which the parser has not seen.
    func bytesRead(_ count: Int)

    /// The client sends nothing more, whatever the parser has yet to see.
    func inputEnded()
}

extension HTTPRequestHead {
    /// How long the request is, its body included; `nil` if only the parser knows.
    fileprivate func requestLength(headLength: Int) -> Int? {
        guard !self.headers.contains(name: "Transfer-Encoding") else { return nil }
        let length = self.headers.first(name: "Content-Length").map { Int($0) } ?? 0
        return length.map { headLength + min($0, .max / 2) }
    }
}

extension ByteBuffer {
    fileprivate func isPlain(_ range: Range<Int>) -> Bool {
        self.withUnsafeReadableBytes { FieldText.isPlain(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// The end, if a chunked body ends there: a head can't be incomplete after an empty line.
    fileprivate var endOfChunks: Int? {
        self.readableBytesView.suffix(4).elementsEqual("\r\n\r\n".utf8) ? self.readableBytes : nil
    }
}

@available(*, unavailable)
extension InboundMeter: Sendable {}
