import ByteStreams
import HTTPTypes
import NIOCore
import NIOHTTP1

/// The requests of one connection of HTTP/1, one after the other: performs what the `RequestMachine` says, hands requests to the
/// handler, and writes their responses. Used only on the connection's loop.
final class RequestSequence {
    /// What the parser has made of the input.
    enum Arrival {
        /// A head, and whether no other can be read after its request.
        case head(HTTPRequestHead, isLast: Bool)
        case body(ByteBuffer)
        case end
        case failure(Problem)
    }

    let service: ConnectionService
    let loop: ConnectionLoop
    private(set) var peer: Peer
    private(set) var machine: RequestMachine
    private var exchange: HTTP1Exchange?
    private var room: ConnectionRoom
    private var connection: HTTP1Connection?

    init(_ service: ConnectionService, on loop: ConnectionLoop, peer: Peer) {
        self.service = service
        self.loop = loop
        self.peer = peer
        self.room = ConnectionRoom(of: service.configuration.budget)
        var limits = service.configuration.limits
        if peer.isExcess { limits.headTime = limits.excessHeadTime }
        self.machine = RequestMachine(limits: limits, now: .now())
        if peer.isExcess || service.handler.isDraining { _ = self.machine.closeSoon(hasPartialHead: true) }
    }

    /// The connection is open.
    func begin(on connection: HTTP1Connection) {
        self.connection = connection
        self.loop.add(self)
    }

    /// The connection is gone.
    func end() {
        self.machine.closed()
        self.loop.remove(self)
        self.room.releaseAll()
        self.endExchange()
        self.connection = nil
    }

    // MARK: Requests

    /// Deals with the next part.
    func receive(_ arrival: Arrival) {
        switch arrival {
        case .head(let head, let isLast): self.receive(head, isLast: isLast)
        case .body(let bytes): self.receive(bytes)
        case .end: self.receiveEnd()
        case .failure(let problem): self.refuse(unread: problem)
        }
    }

    /// Bytes have come, whatever they mean.
    /// - Returns: Whether the connection has been read on for long enough.
    func receiveBytes(_ count: Int) -> Bool { self.machine.receiveBytes(count) }

    /// The client sends nothing more, whatever of its requests has yet to be looked at.
    func inputEnded() { self.exchange?.inputEnded() }

    /// The client sends nothing more, and all of it was looked at.
    /// - Returns: Whether the connection can be closed at once.
    func endInput() -> Bool { self.machine.endInput() }

    private func receive(_ head: HTTPRequestHead, isLast: Bool) {
        guard self.machine.isIdle else { return }
        let request = self.service.handler.admit(RequestHead(head, limits: self.machine.limits), from: self.peer)
        self.exchange = HTTP1Exchange(self, request)
        if let hasRightKey = request.hasRightKey { self.peer.hasShownKey = hasRightKey }
        let action = self.machine.receiveHead(
            head, refusal: request.refusal, maximumBodyBytes: request.body.maximumBytes, isLast: isLast,
            now: .now())
        switch action {
        case .nothing: break
        case .sendContinue: self.connection?.write(ResponseEncoding.continue)
        case .refuse: if let refusal = request.refusal { self.write(refusal) }
        }
    }

    private func receive(_ bytes: ByteBuffer) {
        guard self.machine.receiveBody(bytes, now: .now()) == .refuse else { return }
        self.write((self.exchange?.request?.body ?? .none).refusal.response)
    }

    private func receiveEnd() {
        let refusal = self.machine.refusal
        switch self.machine.receiveEnd() {
        case .nothing: break
        case .refuse: if let refusal { self.write(refusal) }
        case .dispatch(let body):
            self.room.take(bodyByteCount: body.readableBytes)
            self.exchange?.serve(body)
            if self.hasInputEnded { self.exchange?.inputEnded() }
        }
    }

    /// What came can't be read as a request.
    private func refuse(unread problem: Problem) {
        guard self.machine.fail(now: .now()) == .refuse else { return }
        let response = problem.response
        self.record(response)
        self.endExchange()
        self.write(response)
    }

    private func endExchange() {
        self.room.releaseBody()
        let exchange = self.exchange
        self.exchange = nil
        exchange?.end()
    }

    // MARK: What is held

    /// What has come has been dealt with, as far as it is possible now: there must be room for what is left of it.
    func settle() {
        guard self.machine.keepsInput, let connection = self.connection else { return }
        if self.machine.isIdle, connection.hasPartialHead { self.machine.beginHead(now: .now()) }
        if self.machine.isPadded(wireBytes: connection.bodyByteCount) { return self.refuse(unread: .paddedBody) }
        guard !self.hasRoom() else { return }
        if self.machine.takesParts { return self.refuse(unread: .noRoom) }
        // What is being served goes on; whoever sends more in the meantime has to come again.
        guard !connection.holdsNoInput else { return }
        connection.removeInput()
        _ = self.machine.fail(now: .now())
    }

    private var inputByteCount: Int { self.machine.keepsInput ? self.connection?.inputByteCount ?? 0 : 0 }

    private var claimant: ByteBudget.Claimant { self.exchange?.request?.claimant ?? .stranger }

    private func hasRoom() -> Bool { self.room.hold(input: self.inputByteCount, for: self.claimant) }

    // MARK: Responses

    /// Whether the client sends nothing more.
    var hasInputEnded: Bool { self.connection?.hasInputEnded ?? true }

    /// Whether more has come than the request that is being served.
    var hasMoreInput: Bool { self.connection?.hasMoreInput ?? false }

    /// The loop of the connection.
    var eventLoop: any EventLoop { self.loop.eventLoop }

    /// The connection of an exchange, if it is the one that waits for its response.
    func connection(of exchange: HTTP1Exchange) -> HTTP1Connection? {
        self.machine.isHandling && self.exchange === exchange ? self.connection : nil
    }

    /// Responds in full.
    func write(_ response: Response) {
        guard let connection = self.connection, connection.isOpen, !self.machine.isDone else { return }
        let hasRoom = self.room.take(
            unreadByteCount: response.body.readableBytes, input: self.inputByteCount, for: self.claimant)
        let response = (hasRoom ? response : Problem.noRoom.response).adding(self.exchange?.commonFields ?? [:])
        self.count(response.status)
        self.exchange?.record?.respond(response.status, bodyBytes: self.bodyByteCount(of: response))
        self.endExchange()
        self.machine.respond(now: .now())
        if self.machine.isLingering { self.linger() }
        let bytes = ResponseEncoding.response(
            response, version: self.machine.version, keepsAlive: self.machine.keepsAlive,
            omitsBody: self.machine.omitsBody, date: self.loop.date)
        connection.write(bytes) { self.responseWasRead() }
    }

    private func responseWasRead() {
        let action = self.machine.responseWasRead(now: .now(), hasInputEnded: self.hasInputEnded)
        self.room.releaseResponse()
        _ = self.hasRoom()
        switch action {
        case .nothing: break
        case .next: self.connection?.pump()
        case .linger:
            self.linger()
            self.connection?.close(mode: .output)
        case .closeOutput: self.connection?.close(mode: .output)
        case .close: self.connection?.close()
        }
    }

    /// What comes from now on is of no use: the connection only waits for its client to have read the response, and gives its
    /// place to others.
    private func linger() {
        self.connection?.removeInput()
        self.connection?.resumeReading()
        self.peer.seat.linger()
        self.loop.linger(self)
    }

    /// The rest of the connection belongs to a stream.
    /// - Returns: The head.
    func stream(_ status: HTTPResponse.Status, _ fields: HTTPFields) -> ByteBuffer {
        self.machine.stream()
        self.loop.remove(self)
        self.count(status)
        self.exchange?.record?.respond(status, bodyBytes: nil)
        self.room.releaseAll()
        self.connection?.endRequests()
        return ResponseEncoding.head(status, fields, version: self.machine.version, date: self.loop.date)
    }

    /// The last bytes of the stream have left.
    func endStream() {
        guard self.machine.endStream(now: .now()) else { return }
        self.endExchange()
        self.loop.add(self)
        self.linger()
        self.connection?.close(mode: .output)
    }

    /// What is refused without a look at what was asked for is logged too.
    private func record(_ refusal: Response) {
        guard let exchange = self.exchange else {
            return self.service.handler.logUnread(refusal.status, from: self.peer)
        }
        exchange.record?.respond(refusal.status, bodyBytes: self.bodyByteCount(of: refusal))
    }

    private func bodyByteCount(of response: Response) -> Int {
        self.machine.omitsBody || !response.status.mayHaveBody ? 0 : response.body.readableBytes
    }

    private func count(_ status: HTTPResponse.Status) {
        guard let request = self.exchange?.request else { return self.service.handler.countUnread(status) }
        request.count(status)
    }
}

extension RequestSequence: TimedConnection {
    var deadline: NIODeadline? { self.machine.deadline }

    var silentSince: NIODeadline? { self.machine.silentSince }

    func expire(now: NIODeadline) {
        switch self.machine.expire(now: now, hasPartialHead: self.connection?.hasPartialHead ?? false) {
        case .nothing: break
        case .close: self.connection?.close()
        case .refuse:
            let refusal = Problem(.requestTimeout, "the request took too long to arrive").response
            if self.exchange == nil { self.record(refusal) }
            self.write(refusal)
        }
    }

    func close() {
        self.peer.seat.release()
        self.connection?.close()
    }

    func closeSoon() {
        let connection = self.connection
        if self.machine.closeSoon(hasPartialHead: connection?.hasPartialHead ?? false) { connection?.close() }
    }
}

@available(*, unavailable)
extension RequestSequence: Sendable {}
