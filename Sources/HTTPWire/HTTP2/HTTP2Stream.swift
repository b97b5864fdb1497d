import ByteStreams
import ByteStrings
import HTTPTypes
import NIOCore
import NIOHTTP2

/// A stream of HTTP/2: a request, until it is responded to or what it asked for ends. Used only on the connection's loop.
final class HTTP2Stream {
    private enum State {
        case receiving(RequestBody)
        case handling
        case responding
        /// The client still sends the body of a request that was responded to.
        case lingering(bytes: Int)
        case streaming
        case ended
    }

    private let id: HTTP2StreamID
    private let connection: HTTP2Connection
    /// Its own place; `nil` if it has that of the connection.
    private let seat: ConnectionSeat?
    private var state = State.handling
    private var room: ConnectionRoom
    private var request: (any AdmittedRequest)?
    private var lease: AddressLease?
    private var record: (any RequestRecord)?
    private var observer: (any ExchangeObserver)?
    let sink: HTTP2StreamSink
    private var wireByteCount = 0
    /// How many bytes of the body have yet to come, if the client has said how many there are.
    private var announcedByteCount: Int?
    private(set) var deadline: NIODeadline?
    private(set) var omitsBody = false
    /// Whether the client has sent all of its request.
    private(set) var isComplete: Bool

    init(_ id: HTTP2StreamID, _ connection: HTTP2Connection, seat: ConnectionSeat?, isComplete: Bool) {
        self.id = id
        self.connection = connection
        self.seat = seat
        self.isComplete = isComplete
        self.sink = HTTP2StreamSink(connection.output, id, budget: connection.service.configuration.budget)
        self.room = ConnectionRoom(of: connection.service.configuration.budget)
    }

    // MARK: The request

    /// The head has come.
    /// - Returns: Whether the key that was shown is a right one; `nil` if none was, or none is needed.
    func begin(_ head: RequestHead, from peer: Peer) -> Bool? {
        self.announcedByteCount = head.fields.field(.contentLength)?.number
        guard !self.isComplete || self.announcedByteCount ?? 0 == 0 else {
            self.refuseLength()
            return nil
        }
        let request = self.connection.service.handler.admit(head, from: peer)
        self.request = request
        self.lease = request.lease
        self.record = request.record
        self.omitsBody = head.method == .head
        if let refusal = request.refusal {
            self.write(refusal)
        } else if self.isComplete {
            self.serve(ByteBuffer())
        } else {
            self.awaitBody(request.body, isExpected: head.fields.contains(.expect))
        }
        return request.hasRightKey
    }

    private func awaitBody(_ allowance: BodyAllowance, isExpected: Bool) {
        let body = RequestBody(maximumByteCount: allowance.maximumBytes, start: .now())
        self.state = .receiving(body)
        self.setDeadline(body.deadline(self.limits))
        if isExpected { self.connection.output.writeContinue(on: self.id) }
    }

    /// A part of the body has come.
    /// - Parameter padding: How many bytes of nothing came with it.
    func receive(_ bytes: ByteBuffer, padding: Int, isLast: Bool) {
        self.isComplete = self.isComplete || isLast
        self.announcedByteCount = self.announcedByteCount.map { $0 - bytes.readableBytes }
        if let count = self.announcedByteCount, count < 0 || (isLast && count > 0) { return self.refuseLength() }
        if case .lingering(let count) = self.state { return self.drop(bytes.readableBytes, after: count) }
        guard case .receiving(var body) = self.state else { return }
        self.state = .handling
        self.wireByteCount += bytes.readableBytes + padding + HTTP2Format.headBytes
        guard body.receive(bytes) else { return self.write((self.request?.body ?? .none).refusal.response) }
        guard !body.isPadded(wireByteCount: self.wireByteCount, self.limits) else {
            return self.write(Problem.paddedBody.response)
        }
        guard self.room.hold(input: body.bytes.readableBytes, for: self.claimant) else {
            return self.write(Problem.noRoom.response)
        }
        if isLast { return self.serve(body.bytes) }
        self.state = .receiving(body)
        self.setDeadline(body.deadline(self.limits))
    }

    /// The body is not as long as was said (RFC 9113, 8.1.1).
    private func refuseLength() { self.connection.reset(self.id, .protocolError) }

    /// Fields have come after the body, which are of no use.
    func receiveTrailers() {
        self.receive(ByteBuffer(), padding: 0, isLast: true)
    }

    private func serve(_ body: ByteBuffer) {
        self.setDeadline(nil)
        self.room.take(bodyByteCount: body.readableBytes)
        self.request?.serve(body, on: self)
    }

    private var limits: HTTPLimits { self.connection.service.configuration.limits }

    private var claimant: ByteBudget.Claimant { self.request?.claimant ?? .stranger }

    // MARK: The response

    private func write(_ response: Response) {
        guard !self.isDone else { return }
        let hasRoom = self.room.take(
            unreadByteCount: response.body.readableBytes, input: 0, for: self.claimant)
        let response = (hasRoom ? response : Problem.noRoom.response).adding(self.request?.commonFields ?? [:])
        self.request?.count(response.status)
        let body = self.omitsBody || !response.status.mayHaveBody ? ByteBuffer() : response.body
        self.record?.respond(response.status, bodyBytes: body.readableBytes)
        self.endRequest()
        self.state = .responding
        self.setDeadline(.now() + self.limits.answerTime)
        let fields = response.framedFields(omitsBody: self.omitsBody)
        guard body.readableBytes > 0 else {
            return self.connection.output.write(response.status, fields, on: self.id) { self.responseWasTaken() }
        }
        self.connection.output.write(response.status, fields, on: self.id)
        self.sink.end(with: body) { self.responseWasTaken() }
    }

    /// Whoever still sends a body, though its request was responded to, can stop (RFC 9113, 8.1). Some take that for a failure if they
    /// have not seen the response, so that it is read on for a while.
    private func responseWasTaken() {
        self.room.releaseAll()
        guard case .responding = self.state, !self.isComplete else { return }
        self.state = .lingering(bytes: 0)
        self.setDeadline(.now() + self.limits.lingerTime)
    }

    private func drop(_ count: Int, after before: Int) {
        self.state = .lingering(bytes: before + count)
        if !self.isComplete, before + count > self.limits.lingerBytes {
            self.connection.output.reset(self.id, .noError)
        }
    }

    private var isDone: Bool {
        switch self.state {
        case .responding, .lingering, .streaming, .ended: true
        case .receiving, .handling: false
        }
    }

    /// What was asked for is of no more use.
    private func endRequest() {
        self.request = nil
        self.lease?.release()
        self.lease = nil
        self.record?.end()
        self.record = nil
        let observer = self.observer
        self.observer = nil
        observer?.connectionClosed()
    }

    /// The stream has ended, or its connection has.
    func end() {
        let isBeingRead = if case .responding = self.state { true } else { false }
        self.state = .ended
        self.setDeadline(nil)
        self.endRequest()
        self.sink.disconnect()
        self.seat?.release()
        // A response takes room until the kernel has taken it.
        if !isBeingRead { self.room.releaseAll() }
    }

    private func setDeadline(_ deadline: NIODeadline?) {
        guard (self.deadline == nil) != (deadline == nil) else { return self.deadline = deadline }
        self.deadline = deadline
        if deadline == nil { self.connection.loop.remove(self) } else { self.connection.loop.add(self) }
    }
}

extension HTTP2Stream: HTTPExchange {
    var eventLoop: any EventLoop { self.connection.loop.eventLoop }

    var framing: BodyFraming { .plain }

    var canUpgrade: Bool { false }

    var hasMoreInput: Bool { false }

    var commonFields: HTTPFields { self.request?.commonFields ?? [:] }

    /// A client that has sent its request waits for the response; one that wants no more resets the stream.
    var hasInputEnded: Bool { false }

    func observe(_ observer: any ExchangeObserver) { self.observer = observer }

    func respond(_ response: Response) {
        guard case .handling = self.state else { return }
        self.observer = nil
        self.write(response)
    }

    func stream(_ fields: HTTPFields, _ framing: BodyFraming, first: ByteBuffer) -> (any StreamSink)? {
        guard case .handling = self.state else { return nil }
        self.state = .streaming
        self.request?.count(.ok)
        self.record?.respond(.ok, bodyBytes: nil)
        self.request = nil
        self.room.releaseAll()
        self.connection.output.write(.ok, fields, on: self.id)
        self.sink.attach(to: self.observer)
        self.sink.write(first)
        return self.sink
    }

    func upgrade(_ fields: HTTPFields, to handlers: [any ChannelHandler]) -> ConnectionSink? { nil }
}

extension HTTP2Stream: TimedConnection {
    var silentSince: NIODeadline? { nil }

    func expire(now: NIODeadline) {
        switch self.state {
        case .receiving: self.write(Problem(.requestTimeout, "the request took too long to arrive").response)
        case .lingering: self.connection.output.reset(self.id, .noError)
        default: self.connection.output.reset(self.id, .cancel)
        }
    }

    func close() { self.connection.output.reset(self.id, .cancel) }

    func closeSoon() {}
}

@available(*, unavailable)
extension HTTP2Stream: Sendable {}
