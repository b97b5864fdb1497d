import ByteStreams
import HTTPTypes
import NIOCore
import NIOHTTP2

/// A connection of HTTP/2 (RFC 9113): gives frames to their streams, and says when it ends. NIO's handler, which stands before it, keeps
/// to the rules of the protocol, but for the windows of what is sent.
///
/// Confined to the channel's event loop, as every handler is.
final class HTTP2Connection: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    let service: ConnectionService
    let loop: ConnectionLoop
    private let channel: any Channel
    private let rules: HTTP2Rules
    private let wire = HTTP2Wire()
    let output: HTTP2Output
    private var peer: Peer
    private var state: HTTP2ConnectionState
    private var streams: [HTTP2StreamID: HTTP2Stream] = [:]
    private var lastID = HTTP2StreamID.rootStream
    /// The stream that has the connection's own place.
    private var seatedID: HTTP2StreamID?
    private var room: ConnectionRoom
    private var context: ChannelHandlerContext?

    init(_ channel: any Channel, _ service: ConnectionService, _ loop: ConnectionLoop, _ peer: Peer) {
        self.channel = channel
        self.service = service
        self.loop = loop
        self.peer = peer
        self.room = ConnectionRoom(of: service.configuration.budget)
        self.output = HTTP2Output(channel, loop, self.wire)
        var limits = service.configuration.limits
        if peer.isExcess { limits.headTime = limits.excessHeadTime }
        self.rules = HTTP2Rules(limits: limits, isProxy: peer.isProxy)
        self.state = HTTP2ConnectionState(limits: limits, now: .now())
        if peer.isExcess || service.handler.isDraining { self.state.closeAfterStreams() }
    }

    /// Adds the handlers to the channel.
    /// - Parameter handler: The first of those of HTTP/1, which are about to leave.
    func start(before handler: any ChannelHandler) throws {
        let handlers: [any ChannelHandler] = [self.wire, self.rules.makeHandler(frameDelegate: self), self]
        try self.channel.pipeline.syncOperations.addHandlers(handlers, position: .before(handler))
    }

    /// Takes what has come before the handlers were there.
    func receive(_ first: ByteBuffer) { self.wire.receive(first) }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.output.begin(context)
        self.wire.attach(to: self)
        self.loop.add(self)
        self.counters.countConnections(1)
        self.widenPeerWindow(of: .rootStream, from: HTTP2Rules.initialWindowBytes)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.output.end()
        self.state.closed()
        self.loop.remove(self)
        self.room.releaseAll()
        self.endStreams()
        self.counters.countConnections(-1)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.output.waitForReadEnd()
        let frame = Self.unwrapInboundIn(data)
        guard !self.state.isOver else { return }
        switch frame.payload {
        case .headers(let headers): self.receive(headers, on: frame.streamID)
        case .data(let data):
            guard case .byteBuffer(let bytes) = data.data else { return }
            self.streams[frame.streamID]?.receive(bytes, padding: data.paddingBytes ?? 0, isLast: data.endStream)
        case .settings(.settings(let settings)):
            settings.last { $0.parameter == .initialWindowSize }.map { self.setWindow($0.value) }
        default: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.output.flush()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as NIOHTTP2WindowUpdatedEvent:
            if let size = event.inboundWindowSize { self.widenPeerWindow(of: event.streamID, from: size) }
        case let event as StreamClosedEvent: self.remove(event.streamID)
        case ChannelEvent.inputClosed: self.close()
        default: break
        }
    }

    /// NIO's handler has written what is to be said of its own errors: those of a stream concern nobody else.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if self.state.isOver {
            self.endStreams()
            return self.linger()
        }
        if !(error is any NIOHTTP2Error) { self.close() }
    }

    // MARK: Streams

    private func receive(_ headers: HTTP2Frame.FramePayload.Headers, on id: HTTP2StreamID) {
        do throws(HTTP2HeadReader.Malformed) {
            guard let stream = self.streams[id] else { return try self.begin(headers, id) }
            guard !stream.isComplete else { return self.reset(id, .streamClosed) }
            guard headers.endStream else { throw HTTP2HeadReader.Malformed() }
            try HTTP2HeadReader.checkTrailers(headers.headers)
            stream.receiveTrailers()
        } catch {
            self.service.handler.countUnread(.badRequest)
            self.service.handler.logUnread(.badRequest, from: self.peer)
            self.reset(id, .protocolError)
        }
    }

    /// Resets a stream for what its client did.
    func reset(_ id: HTTP2StreamID, _ code: NIOHTTP2.HTTP2ErrorCode) {
        self.output.reset(id, code)
        if !self.state.resetStream(maximum: self.rules.maximumResets, now: .now()) { self.end(.enhanceYourCalm) }
    }

    private func begin(
        _ headers: HTTP2Frame.FramePayload.Headers, _ id: HTTP2StreamID
    ) throws(HTTP2HeadReader.Malformed) {
        let head = try HTTP2HeadReader.read(
            headers.headers, announcesBody: !headers.endStream, limits: self.rules.limits)
        guard let peer = self.peer(of: id) else { return self.output.reset(id, .refusedStream) }
        let seat = id == self.seatedID ? nil : peer.seat
        let stream = HTTP2Stream(id, self, seat: seat, isComplete: headers.endStream)
        self.streams[id] = stream
        self.counters.countStreams(1)
        self.lastID = id
        self.state.beginStream()
        if self.state.announceEnd() { self.output.announceEnd() }
        if let hasRightKey = stream.begin(head, from: peer) { self.peer.hasShownKey = hasRightKey }
    }

    /// Who asks: each stream counts as a connection does, and the first has the connection's own place.
    private func peer(of id: HTTP2StreamID) -> Peer? {
        guard self.seatedID != nil else {
            self.seatedID = id
            return self.peer
        }
        var peer = self.service.seating.admit(self.peer.address, isProxy: self.peer.isProxy, on: self.loop)
        peer?.hasShownKey = self.peer.hasShownKey
        return peer
    }

    private func remove(_ id: HTTP2StreamID) {
        guard let stream = self.streams.removeValue(forKey: id) else { return }
        if id == self.seatedID { self.seatedID = nil }
        self.counters.countStreams(-1)
        stream.end()
        if self.state.endStream(now: .now()) { self.end(.noError) }
    }

    private func endStreams() {
        let streams = self.streams.values
        self.streams = [:]
        self.counters.countStreams(-streams.count)
        for stream in streams { stream.end() }
    }

    /// Bodies are taken as they come, as far as there is room for them: the windows only have to be wide.
    private func widenPeerWindow(of id: HTTP2StreamID, from size: Int) {
        let target = id == .rootStream ? HTTP2Rules.connectionWindowBytes : HTTP2Rules.streamWindowBytes
        guard size <= target / 2, id == .rootStream || self.streams[id] != nil else { return }
        self.output.widenPeerWindow(of: id, by: target - size)
    }

    private func setWindow(_ count: Int) {
        let change = self.output.setInitialWindow(count)
        let isPossible = Array(self.streams.values).allSatisfy { $0.sink.changeWindow(by: change) }
        if !isPossible { self.end(.flowControlError) }
        self.output.giveTurns()
    }

    private var counters: HTTP2Counters { self.service.configuration.http2Counters }

    // MARK: The end

    /// Says the last word, and closes once the client has had it.
    private func end(_ code: NIOHTTP2.HTTP2ErrorCode) {
        guard self.state.end(now: .now()) else { return }
        self.count(code)
        self.output.goAway(after: self.lastID, code)
        self.endStreams()
        self.output.flush()
        self.linger()
    }

    private func count(_ code: NIOHTTP2.HTTP2ErrorCode) {
        guard code != .noError else { return }
        self.counters.count(HTTP2Counters.Fault(code: code.networkCode))
        if code == .enhanceYourCalm { self.service.log.isFlooded(by: self.peer.address, isProxy: self.peer.isProxy) }
    }

    private func linger() {
        guard !self.output.isBlocked, self.state.linger(now: .now()) else { return }
        self.peer.seat.linger()
        self.loop.linger(self)
        self.context?.close(mode: .output, promise: nil)
    }
}

extension HTTP2Connection: HTTP2WireObserver {
    func drops(_ count: Int) -> Bool {
        if self.state.drop(count) { self.close() }
        return self.state.isOver
    }

    var takesParts: Bool { !self.state.isOver }

    func bytesPassed(held: Int) {
        self.state.hold(held, now: .now())
        if !self.room.hold(input: held, for: .stranger) { self.end(.enhanceYourCalm) }
    }

    func hasWindow(of id: UInt32) -> Bool { id == 0 || self.streams[HTTP2StreamID(Int(id))] != nil }

    func widenWindow(of id: UInt32, by increment: Int) {
        self.output.waitForReadEnd()
        guard self.state.receiveWindowUpdate(dataFrames: self.output.dataFrameCount) else { return self.endForExcess() }
        defer { self.output.giveTurns() }
        guard id > 0 else {
            if !self.output.widenWindow(by: increment) { self.end(.flowControlError) }
            return
        }
        let id = HTTP2StreamID(Int(id))
        if self.streams[id]?.sink.changeWindow(by: increment) == false { self.reset(id, .flowControlError) }
    }

    func endForExcess() { self.end(.enhanceYourCalm) }

    func becameWritable() {
        if self.state.isOver { return self.linger() }
        self.output.giveTurns()
        for stream in Array(self.streams.values) { stream.sink.becameWritable() }
    }
}

extension HTTP2Connection: NIOHTTP2FrameDelegate {
    func wroteFrame(_ frame: HTTP2Frame) {
        switch frame.payload {
        case .goAway(_, let code, _) where code != .noError:
            // The client broke a rule: the error is told here when this has left.
            if self.state.end(now: .now()) { self.count(code) }
        default: break
        }
    }
}

extension HTTP2Connection: TimedConnection {
    var deadline: NIODeadline? { self.state.deadline }

    var silentSince: NIODeadline? { self.state.silentSince }

    func expire(now: NIODeadline) {
        if self.state.isOver { self.close() } else { self.end(.noError) }
    }

    func close() {
        self.peer.seat.release()
        self.channel.close(promise: nil)
    }

    func closeSoon() {
        // What the client has begun by the time that it hears of it is served.
        if self.state.closeSoon(now: .now()) { self.output.announceEnd() }
    }
}

@available(*, unavailable)
extension HTTP2Connection: Sendable {}
