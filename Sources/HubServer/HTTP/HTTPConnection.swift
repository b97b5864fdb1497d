import DequeModule
import HubCore
import HubTransports
import NIOCore
import NIOHTTP1

/// Serves one connection: performs what its `RequestMachine` says, and hands requests to the router.
///
/// Confined to the channel's event loop, as every handler is.
final class HTTPConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A request that is being served. It is kept apart because a connection that has become a stream needs no room for it.
    final class Served {
        var request: AdmittedRequest

        init(_ request: AdmittedRequest) {
            self.request = request
        }
    }

    enum Arrival {
        case part(HTTPServerRequestPart)
        case failure(Problem)
    }

    let channel: any Channel
    let router: Router
    let loop: ServerLoop
    private var peer: Peer
    var machine: RequestMachine
    var parser: ByteToMessageHandler<HTTPRequestDecoder>?
    var meter: InboundMeter?
    var context: ChannelHandlerContext?
    var served: Served?
    /// The request's place in the count of its client's address, until it is answered or its stream ends.
    private var lease: AddressLease?
    /// What the connection takes for the bytes that it holds.
    private var share: ByteShare
    /// How many bytes of the body are being dealt with.
    private var bodyByteCount = 0
    /// How many bytes of an answer's body the client has yet to read.
    private var unreadByteCount = 0
    var waiting: Deque<Arrival> = []
    private var isPumping = false
    private var readIsDue = false
    var isUpgraded = false
    var onClose: (() -> Void)?
    /// Whether the client sends nothing more.
    private(set) var hasInputEnded = false
    var onInputEnd: (() -> Void)?

    init(
        channel: any Channel, router: Router, loop: ServerLoop, peer: Peer,
        parser: ByteToMessageHandler<HTTPRequestDecoder>, meter: InboundMeter
    ) {
        self.channel = channel
        self.router = router
        self.loop = loop
        self.peer = peer
        self.parser = parser
        self.meter = meter
        self.share = ByteShare(of: router.budget)
        var limits = router.limits
        if peer.isExcess { limits.headTime = limits.excessHeadTime }
        self.machine = RequestMachine(limits: limits, now: .now())
        if peer.isExcess || router.condition.isDraining { _ = self.machine.closeSoon(hasPartialHead: true) }
    }

    /// When the present phase must be over.
    var deadline: NIODeadline? { self.machine.deadline }

    /// Since when nothing has been asked for; `nil` if something is.
    var silentSince: NIODeadline? { self.machine.silentSince }

    private var hasPartialHead: Bool { (self.meter?.byteCount ?? 0) > 0 }

    /// Whether all that was parsed has been dealt with, and more is of use.
    private var takesInput: Bool { self.waiting.isEmpty && self.machine.takesParts }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.loop.add(self)
        self.meter?.isOpen = { [unowned self] in self.takesInput }
        self.meter?.onBytes = { [unowned self] count in
            if self.machine.receiveBytes(count) { self.context?.close(promise: nil) }
        }
        self.meter?.onInputEnd = { [unowned self] in self.learnOfInputEnd() }
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
        // What follows an upgrade is another protocol's. Its parser is gone before the client has read the answer; of a client
        // that did not wait for it, as it must (RFC 6455, 4.1), the parser drops what came with the request.
        if self.isUpgraded { return context.fireChannelRead(data) }
        guard !self.machine.discards else { return }
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            let head = head.withoutOuterWhiteSpace
            let problem = self.meter?.endHead(head)
            self.take(problem.map(Arrival.failure) ?? .part(.head(head)))
        case .body(let bytes):
            self.take(.part(.body(bytes)))
        case .end(let trailers):
            self.meter?.reset()
            self.take(.part(.end(trailers)))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.settle()
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if self.isUpgraded { return context.fireErrorCaught(error) }
        guard !self.machine.discards else { return }
        guard error is HTTPParserError else {
            context.close(promise: nil)
            return
        }
        let problem = Problem(
            unreadable: error, lineByteCount: self.meter?.lineByteCount ?? 0,
            hasBareLineFeed: self.meter?.hasBareLineFeed ?? false, limits: self.router.limits)
        self.take(.failure(problem))
    }

    func read(context: ChannelHandlerContext) {
        // Back-pressure: while a request is being served, the next ones stay in the kernel, but for what one read brings. Not
        // to read at all would cost two system calls a request, to stop watching the socket and to begin again. What follows
        // a request to upgrade is not for the parser.
        guard self.machine.takesBytes || (self.machine.keepsAlive && self.holdsNoInput) else {
            self.readIsDue = true
            return
        }
        context.read()
    }

    /// Whether all that has come was looked at: not while the parser is at it.
    private var hasDealtWithAll: Bool { self.waiting.isEmpty && self.meter?.hasPassedAll != false }

    private var holdsNoInput: Bool { self.waiting.isEmpty && self.meter?.heldByteCount ?? 0 == 0 }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed? = event as? ChannelEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        self.endInput(context)
    }

    /// The client has ended its side, and all that it sent was looked at or waits here. What it has asked for is answered before the
    /// connection closes; a stream that has an end to write does so; a WebSocket and a connection on which nothing is asked for
    /// close at once.
    private func endInput(_ context: ChannelHandlerContext) {
        let endsItself = self.onInputEnd != nil
        self.learnOfInputEnd()
        if self.machine.endInput(), !endsItself { context.close(promise: nil) }
    }

    /// The client has ended its side, whatever of its requests has yet to be looked at.
    private func learnOfInputEnd() {
        self.hasInputEnded = true
        self.tellInputEnd()
    }

    private func tellInputEnd() {
        let onInputEnd = self.onInputEnd
        self.onInputEnd = nil
        onInputEnd?()
    }

    private func finish() {
        self.machine.closed()
        self.onInputEnd = nil
        self.loop.remove(self)
        self.waiting.removeAll()
        self.meter?.isOpen = nil
        self.meter?.onBytes = nil
        self.meter?.onInputEnd = nil
        self.share.release()
        self.letGoOfRequest()
        let onClose = self.onClose
        self.onClose = nil
        onClose?()
    }

    // MARK: Time and the end

    /// Time has passed a deadline.
    func expire(now: NIODeadline) {
        switch self.machine.expire(now: now, hasPartialHead: self.hasPartialHead) {
        case .nothing: break
        case .close: self.context?.close(promise: nil)
        case .refuse: self.write(Problem(.requestTimeout, "the request took too long to arrive").answer)
        }
    }

    /// Others need the place, at once.
    func close() {
        self.peer.seat.release()
        self.context?.close(promise: nil)
    }

    /// The server wants to end.
    func closeSoon() {
        if self.machine.closeSoon(hasPartialHead: self.hasPartialHead) { self.context?.close(promise: nil) }
    }

    // MARK: Requests, in order

    private func take(_ arrival: Arrival) {
        guard !self.isPumping, self.waiting.isEmpty, self.machine.takesParts else {
            self.waiting.append(arrival)
            return self.pump()
        }
        self.isPumping = true
        self.receive(arrival)
        self.isPumping = false
        self.pump()
    }

    private func pump() {
        guard !self.isPumping else { return }
        self.isPumping = true
        while self.machine.takesParts, let arrival = self.waiting.popFirst() { self.receive(arrival) }
        self.isPumping = false
        if self.takesInput { self.meter?.pass() }
        // Everything that came before the client's end is answered.
        if self.hasInputEnded, self.machine.isIdle, self.hasDealtWithAll { self.context?.close(promise: nil) }
        self.resumeReading()
    }

    private func receive(_ arrival: Arrival) {
        switch arrival {
        case .part(.head(let head)): self.receive(head)
        case .part(.body(let bytes)): self.receive(bytes)
        case .part(.end): self.receiveEnd()
        case .failure(let problem): self.refuse(problem)
        }
    }

    func resumeReading() {
        guard self.readIsDue, self.machine.takesBytes else { return }
        self.readIsDue = false
        self.context?.read()
    }

    private func receive(_ head: HTTPRequestHead) {
        guard self.machine.isIdle else { return }
        let refusal: HTTPAnswer?
        switch self.router.admit(head, from: self.peer) {
        case .accepted(let request):
            self.serve(request)
            refusal = nil
        case .refused(let answer, let request):
            self.serve(request)
            refusal = answer
        }
        let allowance = self.served?.request.body ?? .none
        switch self.machine.receiveHead(
            head, refusal: refusal, maximumBodyBytes: allowance.maximumBytes, now: .now())
        {
        case .nothing: break
        case .sendContinue: self.context?.writeAndFlush(NIOAny(Self.goOn), promise: nil)
        case .refuse: if let refusal { self.write(refusal) }
        }
    }

    private func serve(_ request: AdmittedRequest) {
        self.served = Served(request)
        self.lease = request.lease
        if let hasRightKey = request.hasRightKey { self.peer.hasShownKey = hasRightKey }
    }

    /// What has come has been dealt with, as far as it is possible now: there must be room for what is left of it.
    private func settle() {
        guard self.machine.keepsInput else { return }
        if self.machine.isIdle, self.hasPartialHead { self.machine.beginHead(now: .now()) }
        guard !self.holdsWhatThereIs() else { return }
        if self.machine.takesParts { return self.refuse(.noRoom) }
        // What is being served goes on; whoever sends more in the meantime has to come again.
        guard !self.holdsNoInput else { return }
        self.waiting.removeAll()
        self.meter?.letGoOfHeld()
        _ = self.machine.fail(now: .now())
    }

    /// Takes room for what is held, and gives back what is not needed any more.
    /// - Returns: Whether there is room.
    private func holdsWhatThereIs() -> Bool {
        let input = self.machine.keepsInput ? self.meter.map { $0.byteCount + $0.heldByteCount } ?? 0 : 0
        return self.share.hold(
            input + self.bodyByteCount + self.unreadByteCount,
            for: self.served?.request.claimant ?? .stranger)
    }

    /// The connection has become a stream.
    func releaseRoom() {
        self.bodyByteCount = 0
        self.share.release()
    }

    private func letGoOfRequest() {
        self.bodyByteCount = 0
        self.lease?.release()
        self.lease = nil
        self.served = nil
    }

    private func receive(_ bytes: ByteBuffer) {
        guard self.machine.receiveBody(bytes, now: .now()) == .refuse else { return }
        self.write((self.served?.request.body ?? .none).refusal.answer)
    }

    private func receiveEnd() {
        let refusal = self.machine.refusal
        switch self.machine.receiveEnd() {
        case .nothing: break
        case .close: self.context?.close(promise: nil)
        case .refuse: if let refusal { self.write(refusal) }
        case .dispatch(let body): self.dispatch(body)
        }
    }

    private func refuse(_ problem: Problem) {
        guard self.machine.fail(now: .now()) == .refuse else { return }
        self.letGoOfRequest()
        self.write(problem.answer)
    }

    private func dispatch(_ body: ByteBuffer) {
        guard let served = self.served, let context = self.context else { return }
        self.bodyByteCount = body.readableBytes
        switch self.router.answer(served.request, body: body) {
        case .now(let answer):
            self.write(answer)
        case .later(let future):
            future.hop(to: context.eventLoop).assumeIsolated().whenComplete { result in
                self.write(self.router.answer(for: result))
            }
        case .stream(let endpoint, let request):
            // The request goes with the stream, which may have to wait for long.
            served.request.forgetHead()
            // HEAD of a stream says what it would be, and opens none.
            if self.machine.omitsBody { endpoint.describe(request, self) } else { endpoint.open(request, self) }
            if self.hasInputEnded { self.tellInputEnd() }
        }
    }

    // MARK: Answers

    func write(_ answer: HTTPAnswer) {
        guard let context = self.context, !self.machine.discards else { return }
        let answer = self.withRoom(answer).adding(self.commonHeaders)
        self.router.count(answer.status, of: self.served?.request)
        self.letGoOfRequest()
        self.machine.answer(now: .now())
        let bytes = AnswerEncoding.answer(
            answer, version: self.machine.version, keepsAlive: self.machine.keepsAlive,
            omitsBody: self.machine.omitsBody, date: self.loop.date)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess { self.answered() }
        context.writeAndFlush(NIOAny(bytes), promise: written)
        guard self.machine.isLingering else { return }
        self.peer.seat.linger()
        self.loop.linger(self)
    }

    /// An answer that a client may leave unread needs room until it is read.
    private func withRoom(_ answer: HTTPAnswer) -> HTTPAnswer {
        self.bodyByteCount = 0
        self.unreadByteCount = answer.body.readableBytes
        if self.holdsWhatThereIs() { return answer }
        self.unreadByteCount = 0
        return Problem.noRoom.answer
    }

    private func answered() {
        self.unreadByteCount = 0
        _ = self.holdsWhatThereIs()
        switch self.machine.answered(now: .now()) {
        case .nothing: break
        case .next: self.pump()
        case .close: self.context?.close(promise: nil)
        case .closeOutput: self.context?.close(mode: .output, promise: nil)
        }
    }

    private static let goOn = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")
}

@available(*, unavailable)
extension HTTPConnection: Sendable {}
