import ByteStreams
import DequeModule
import NIOCore
import NIOHTTP1
import NIOTLS

/// The channel's side of a connection of HTTP/1: gives what the parser reads to the sequence of requests, a part at a time, and
/// reads no more than is of use.
///
/// Confined to the channel's event loop, as every handler is.
final class HTTP1Connection: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let channel: any Channel
    private let requests: RequestSequence
    private var input: RequestInput?
    private var context: ChannelHandlerContext?
    private var waiting: Deque<RequestSequence.Arrival> = []
    private var isPumping = false
    private var readIsDue = false
    private var isUpgraded = false
    /// Whether the client sends nothing more.
    private(set) var hasInputEnded = false

    /// Makes a connection, whose handlers are yet to be added.
    init(_ channel: any Channel, _ requests: RequestSequence) {
        self.channel = channel
        self.requests = requests
        self.input = RequestInput(limits: requests.machine.limits)
    }

    /// Adds the handlers to the channel.
    func start() throws {
        guard let input = self.input else { return }
        try self.channel.pipeline.syncOperations.addHandlers(input.meter, input.parser, self)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        // Not before: a channel that is closed already takes no handlers, and nothing would let go of them.
        self.context = context
        self.input?.meter.attach(to: self)
        self.requests.begin(on: self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.finish()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.finish()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What follows an upgrade is another protocol's.
        if self.isUpgraded { return context.fireChannelRead(data) }
        guard !self.requests.machine.dropsInput, let input = self.input, !input.hasParserStopped else { return }
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            let head = head.withoutOuterWhiteSpace
            let (problem, isLast) = input.endHead(head)
            self.take(problem.map { .failure($0) } ?? .head(head, isLast: isLast))
        case .body(let bytes):
            self.take(.body(bytes))
        case .end:
            input.endRequest()
            self.take(.end)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.requests.settle()
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if self.isUpgraded { return context.fireErrorCaught(error) }
        guard !self.requests.machine.dropsInput else { return }
        guard error is HTTPParserError, let input = self.input else { return context.close(promise: nil) }
        self.take(.failure(input.problem(error, limits: self.requests.machine.limits)))
    }

    func read(context: ChannelHandlerContext) {
        // Back-pressure: while a request is being served, the next ones stay in the kernel, but for what one read brings. Not
        // to read at all would cost two system calls a request, to stop watching the socket and to begin again. What follows
        // a request to upgrade is not for the parser.
        guard
            self.requests.machine.takesBytes || (self.requests.machine.keepsAlive && self.holdsNoInput)
        else {
            self.readIsDue = true
            return
        }
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted("h2")? = event as? TLSUserEvent { return self.speakHTTP2() }
        guard case ChannelEvent.inputClosed? = event as? ChannelEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        self.inputEnded()
        // All that the client sent was looked at or waits here. What it has asked for is responded to before the connection closes;
        // a stream that has an end to write does so; a WebSocket and a connection on which nothing is asked for close at once.
        let endsItself = self.requests.machine.isDone && !self.isUpgraded
        if self.requests.endInput(), !endsItself { context.close(promise: nil) }
    }

    private func finish() {
        self.waiting.removeAll()
        self.input?.meter.detach()
        self.requests.end()
    }

    // MARK: Input, in order

    /// Whether nothing that was read waits to be dealt with.
    var holdsNoInput: Bool { self.waiting.isEmpty && self.input?.meter.heldByteCount ?? 0 == 0 }

    /// Whether more was read than the request that is being served.
    var hasMoreInput: Bool { !self.holdsNoInput || self.input?.meter.hasLostInput == true }

    /// How many bytes have come since the last head, if its request is not complete.
    var bodyByteCount: Int { self.input?.meter.bodyByteCount ?? 0 }

    /// Whether a part of a head has come.
    var hasPartialHead: Bool { (self.input?.meter.byteCount ?? 0) > 0 }

    /// What was read and of which no request was made yet, in bytes.
    var inputByteCount: Int { self.input?.byteCount ?? 0 }

    /// Whether all that has come was looked at: not while the parser is at it.
    private var hasDealtWithAll: Bool { self.waiting.isEmpty && self.input?.meter.hasPassedAll != false }

    private func take(_ arrival: RequestSequence.Arrival) {
        guard !self.isPumping, self.waiting.isEmpty, self.requests.machine.takesParts else {
            self.waiting.append(arrival)
            return self.pump()
        }
        self.isPumping = true
        self.requests.receive(arrival)
        self.isPumping = false
        self.pump()
    }

    /// Goes on with what waits, as far as that is of use now.
    func pump() {
        guard !self.isPumping else { return }
        self.isPumping = true
        while self.requests.machine.takesParts, let arrival = self.waiting.popFirst() { self.requests.receive(arrival) }
        self.isPumping = false
        if self.takesInput { self.input?.meter.pass() }
        // Everything that came before the client's end is responded to.
        if self.hasInputEnded, self.requests.machine.isIdle, self.hasDealtWithAll { self.close() }
        self.resumeReading()
    }

    /// Reads on, if that was asked for and is of use.
    func resumeReading() {
        guard self.readIsDue, self.requests.machine.takesBytes else { return }
        self.readIsDue = false
        self.context?.read()
    }

    /// Lets go of what waits.
    func removeInput() {
        self.waiting.removeAll()
        self.input?.meter.removeHeld()
    }

    // MARK: Output

    /// Whether the connection can be written to.
    var isOpen: Bool { self.context != nil }

    /// Writes bytes.
    /// - Parameter completion: Is called when they have left.
    func write(_ bytes: ByteBuffer, completion: (() -> Void)? = nil) {
        guard let context = self.context else { return }
        guard let completion else { return context.writeAndFlush(NIOAny(bytes), promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess(completion)
        context.writeAndFlush(NIOAny(bytes), promise: written)
    }

    func close(mode: CloseMode = .all) { self.context?.close(mode: mode, promise: nil) }

    /// The rest of the connection belongs to a stream: no more requests are read.
    func endRequests() {
        self.waiting.removeAll()
        if let context = self.context { self.input?.remove(from: context) }
        self.input = nil
    }

    /// The writing end, of a stream that has begun.
    /// - Parameter ended: Is called when its last bytes have left.
    func makeSink(_ observer: (any StreamSinkObserver)?, ended: @escaping () -> Void) -> ConnectionSink {
        let service = self.requests.service
        return ConnectionSink(
            self.channel, isPlain: service.configuration.tls == nil, budget: service.configuration.budget,
            observer: observer, ended: ended)
    }

    /// The client speaks HTTP/2 instead, and has asked for nothing yet.
    private func speakHTTP2(_ first: ByteBuffer = ByteBuffer()) {
        guard let input = self.input else { return }
        let connection = HTTP2Connection(self.channel, self.requests.service, self.requests.loop, self.requests.peer)
        self.input = nil
        do {
            try connection.start(before: input.meter)
            if let context = self.context { input.remove(from: context) }
            self.channel.pipeline.syncOperations.removeHandler(self, promise: nil)
            connection.receive(first)
        } catch {
            // Only an inactive channel takes no handlers.
            self.close()
        }
    }

    /// Another protocol follows the head, which is not flushed.
    func upgrade(_ head: ByteBuffer, to handlers: [any ChannelHandler]) {
        guard let context = self.context else { return }
        context.write(NIOAny(head), promise: nil)
        self.isUpgraded = true
        do {
            try context.pipeline.syncOperations.addHandlers(handlers)
        } catch {
            // Only an inactive channel takes no handlers.
            context.close(promise: nil)
        }
        // Nobody speaks on it any more, as soon as the response has left.
        if self.hasInputEnded { context.eventLoop.assumeIsolated().execute { context.close(promise: nil) } }
        self.resumeReading()
    }
}

extension HTTP1Connection: InboundMeterObserver {
    var takesInput: Bool { self.waiting.isEmpty && self.requests.machine.takesParts }

    var dropsInput: Bool { self.requests.machine.dropsInput }

    func prefaceRead(_ bytes: ByteBuffer) { self.speakHTTP2(bytes) }

    func bytesRead(_ count: Int) {
        if self.requests.receiveBytes(count) { self.close() }
    }

    func inputEnded() {
        guard !self.hasInputEnded else { return }
        self.hasInputEnded = true
        self.requests.inputEnded()
    }
}

@available(*, unavailable)
extension HTTP1Connection: Sendable {}
