import ByteStreams
import DequeModule
import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP2

/// Writes the frames of all streams of a connection of HTTP/2, as far as the client takes them. What is written in one turn of the loop
/// leaves together. Used only on the connection's loop.
final class HTTP2Output {
    private let loop: ConnectionLoop
    private let wire: HTTP2Wire
    private let sendQueue: SendQueue
    private var context: ChannelHandlerContext?
    private var isFlushDue = false
    /// Whether NIO's handler was given frames since the last flush.
    private var hasFrames = false
    /// Whether the end of what is being read flushes.
    private var isReading = false
    /// How many bytes the client takes of all streams.
    private var window = HTTP2Rules.initialWindowBytes
    /// Streams that wait for that to be wider, each of which has one turn.
    private var waiting: Deque<HTTP2StreamSink> = []
    /// How many bytes the client takes of a new stream.
    private(set) var initialWindow = HTTP2Rules.initialWindowBytes
    /// How many frames of data were written.
    private(set) var dataFrameCount = 0

    init(_ channel: any Channel, _ loop: ConnectionLoop, _ wire: HTTP2Wire) {
        self.loop = loop
        self.wire = wire
        self.sendQueue = SendQueue(of: channel)
    }

    /// The connection can be written to.
    func begin(_ context: ChannelHandlerContext) { self.context = context }

    /// The connection is gone.
    func end() {
        self.context = nil
        self.waiting.removeAll()
    }

    var eventLoop: any EventLoop { self.loop.eventLoop }

    /// Whether the kernel has yet to take what was flushed.
    var isBlocked: Bool { self.wire.isBlocked }

    /// How many bytes of the connection the client has not acknowledged.
    var backlog: Int { self.sendQueue.byteCount }

    // MARK: Windows

    /// Takes from the connection's window. There is none while the kernel has to take what was sent before: what waits in frames would
    /// be more than what it is made of.
    /// - Parameter count: How many bytes are to be sent.
    /// - Returns: How many may be, in one frame.
    func takeWindow(_ count: Int) -> Int {
        guard !self.isBlocked else { return 0 }
        let taken = max(0, min(count, self.window, HTTP2Wire.recordBytes))
        self.window -= taken
        return taken
    }

    /// The client takes more of all streams.
    /// - Returns: Whether that is possible (RFC 9113, 6.9.1).
    func widenWindow(by count: Int) -> Bool {
        guard self.window + count <= Int(Int32.max) else { return false }
        self.window += count
        return true
    }

    /// The client takes more or less of every new stream.
    /// - Returns: By how much, which holds for all that are open as well (RFC 9113, 6.9.2).
    func setInitialWindow(_ count: Int) -> Int {
        defer { self.initialWindow = count }
        return count - self.initialWindow
    }

    /// Gives a stream a turn as soon as the connection has a window.
    func wait(_ sink: HTTP2StreamSink) { self.waiting.append(sink) }

    /// Gives the streams that wait their turns.
    func giveTurns() {
        while self.window > 0, !self.isBlocked, let sink = self.waiting.popFirst() { sink.takeTurn() }
    }

    // MARK: Frames

    /// Writes a part of a stream's body, for which there is a window.
    func write(_ bytes: ByteBuffer, on id: HTTP2StreamID) {
        self.dataFrameCount += 1
        self.wire.writeFrame(HTTP2Format.Kind.data, bytes, on: UInt32(Int32(id)))
        self.flushSoon()
    }

    /// Ends a stream's body.
    func end(_ id: HTTP2StreamID, completion: (() -> Void)? = nil) {
        self.write(.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)), on: id, completion: completion)
    }

    /// Writes the head of a stream.
    /// - Parameter completion: Is called when it has left, or can't any more, if nothing follows it.
    func write(
        _ status: HTTPResponse.Status, _ fields: HTTPFields, on id: HTTP2StreamID, completion: (() -> Void)? = nil
    ) {
        let head = HPACKHeaders(status, fields, date: self.loop.date)
        self.write(.headers(.init(headers: head, endStream: completion != nil)), on: id, completion: completion)
    }

    /// Lets a client send the body that it announced.
    func writeContinue(on id: HTTP2StreamID) { self.write(.headers(.init(headers: .continue)), on: id) }

    /// Ends a stream without another byte.
    func reset(_ id: HTTP2StreamID, _ code: NIOHTTP2.HTTP2ErrorCode) { self.write(.rstStream(code), on: id) }

    /// Lets the client send more.
    func widenPeerWindow(of id: HTTP2StreamID, by count: Int) {
        self.write(.windowUpdate(windowSizeIncrement: count), on: id)
    }

    /// Asks the client to begin no more streams here. NIO's handler would refuse those that are on the way.
    func announceEnd() {
        var payload = ByteBuffer()
        payload.writeMultipleIntegers(UInt32(Int32.max), UInt32(0))
        self.wire.writeFrame(HTTP2Format.Kind.goAway, payload, on: 0)
        self.flushSoon()
    }

    /// Says that no stream after one is served.
    func goAway(after id: HTTP2StreamID, _ code: NIOHTTP2.HTTP2ErrorCode) {
        self.write(.goAway(lastStreamID: id, errorCode: code, opaqueData: nil), on: .rootStream)
    }

    private func write(
        _ payload: HTTP2Frame.FramePayload, on id: HTTP2StreamID, completion: (() -> Void)? = nil
    ) {
        guard let context = self.context else { return completion?() ?? () }
        let promise = completion.map { completion in
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenComplete { _ in completion() }
            return promise
        }
        self.hasFrames = true
        context.write(HTTP2Connection.wrapOutboundOut(HTTP2Frame(streamID: id, payload: payload)), promise: promise)
        self.flushSoon()
    }

    // MARK: Flushing

    /// What is being read ends with a flush.
    func waitForReadEnd() { self.isReading = true }

    /// Lets everything leave that was written.
    func flush() {
        self.isReading = false
        self.isFlushDue = false
        // NIO's handler holds what it was given, and passes nothing on otherwise.
        if self.hasFrames { self.context?.flush() }
        self.hasFrames = false
        self.wire.flushGathered()
    }

    private func flushSoon() {
        guard !self.isFlushDue, !self.isReading else { return }
        self.isFlushDue = true
        self.loop.eventLoop.assumeIsolated().execute { if self.isFlushDue { self.flush() } }
    }
}

@available(*, unavailable)
extension HTTP2Output: Sendable {}
