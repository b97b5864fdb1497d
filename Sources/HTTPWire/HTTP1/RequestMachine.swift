import NIOCore
import NIOHTTP1

/// What one HTTP/1.1 connection is doing, apart from its I/O: one request at a time, in order (RFC 9112, 9.3).
///
/// A refused request that still sends a body is responded to at once. After the last response, of a refusal or any other, what
/// comes is read on for a while, and thrown away: closing with unread bytes would reset the connection and take the response
/// with it (RFC 9112, 9.6).
struct RequestMachine {
    private enum Phase {
        case idle
        case receiving(RequestBody)
        case refused(Response)
        case handling
        case responding
        case lingering(bytes: Int, responded: Bool)
        case streaming
        case closed
    }

    enum HeadAction: Equatable { case nothing, sendContinue, refuse }
    enum BodyAction: Equatable { case nothing, refuse }
    enum EndAction: Equatable { case nothing, dispatch(ByteBuffer), refuse }
    enum ReadAction: Equatable { case nothing, next, linger, closeOutput, close }
    enum FailureAction: Equatable { case nothing, refuse }
    enum ExpiryAction: Equatable { case nothing, close, refuse }

    let limits: HTTPLimits
    private var phase = Phase.idle
    private var isHeadTimed = true
    private var requestStart: NIODeadline

    /// When the present phase must be over; `nil` if it may last.
    private(set) var deadline: NIODeadline?
    /// Whether the connection serves another request after this one.
    private(set) var keepsAlive = true
    /// Whether the connection is to end after the present request.
    private(set) var isClosing = false
    /// The request's version, which decides how the response is framed.
    private(set) var version = HTTPVersion.http1_1
    /// Whether the response is sent without its body (RFC 9110, 9.3.2).
    private(set) var omitsBody = false

    init(limits: HTTPLimits, now: NIODeadline) {
        self.limits = limits
        self.requestStart = now
        self.deadline = now + limits.headTime
    }

    /// Since when the connection has only been held open, and nothing is asked for; `nil` if it is of use.
    var silentSince: NIODeadline? {
        self.isIdle ? self.requestStart : nil
    }

    /// Whether parts of a request are of use now; otherwise they must wait.
    var takesParts: Bool {
        switch self.phase {
        case .idle, .receiving, .refused: true
        case .handling, .responding, .lingering, .streaming, .closed: false
        }
    }

    /// Whether bytes should be read from the socket now.
    var takesBytes: Bool {
        switch self.phase {
        case .handling, .responding: false
        default: true
        }
    }

    /// Whether nothing is responded to any more.
    var isDone: Bool {
        switch self.phase {
        case .streaming, .closed: true
        default: false
        }
    }

    /// Whether what arrives is thrown away.
    var dropsInput: Bool { self.isDone || self.isLingering }

    var isIdle: Bool {
        if case .idle = self.phase { true } else { false }
    }

    /// Whether what comes is of use: kept for this request, or for the next.
    var keepsInput: Bool {
        switch self.phase {
        case .idle, .receiving, .refused, .handling, .responding: true
        case .lingering, .streaming, .closed: false
        }
    }

    var isHandling: Bool {
        if case .handling = self.phase { true } else { false }
    }

    /// Whether what comes is only read on so that the client sees the response.
    var isLingering: Bool {
        if case .lingering = self.phase { true } else { false }
    }

    /// The response with which the request was refused before its end.
    var refusal: Response? {
        if case .refused(let answer) = self.phase { answer } else { nil }
    }

    // MARK: The request

    /// A head has arrived.
    /// - Parameters:
    ///   - head: The head.
    ///   - refusal: The response, if the head alone is enough to refuse the request.
    ///   - maximumBodyBytes: The most bytes that its body may have.
    ///   - isLast: Whether no other request can be read after it.
    ///   - now: The time.
    mutating func receiveHead(
        _ head: HTTPRequestHead, refusal: Response?, maximumBodyBytes: Int = 0, isLast: Bool = false, now: NIODeadline
    ) -> HeadAction {
        guard case .idle = self.phase else { return .nothing }
        self.version = head.version
        self.omitsBody = head.method == .HEAD
        self.keepsAlive = head.isKeepAlive && !isLast && !self.isClosing
        self.requestStart = now
        self.deadline = now + self.limits.bodyTime
        if let refusal {
            self.phase = .refused(refusal)
            return head.announcesBody ? self.refuse(now) : .nothing
        }
        self.phase = .receiving(RequestBody(maximumByteCount: maximumBodyBytes, start: now))
        return head.announcesBody && head.expectsContinue ? .sendContinue : .nothing
    }

    /// A part of the body has arrived.
    mutating func receiveBody(_ bytes: ByteBuffer, now: NIODeadline) -> BodyAction {
        guard case .receiving(var body) = self.phase else { return .nothing }
        self.phase = .idle
        guard body.receive(bytes) else {
            _ = self.refuse(now)
            return .refuse
        }
        self.phase = .receiving(body)
        self.deadline = body.deadline(self.limits)
        return .nothing
    }

    /// Whether a body takes more on the wire than its data excuse.
    /// - Parameter wireBytes: How many bytes have come since the head.
    func isPadded(wireBytes: Int) -> Bool {
        guard case .receiving(let body) = self.phase else { return false }
        return body.isPadded(wireByteCount: wireBytes, self.limits)
    }

    /// The request is complete.
    mutating func receiveEnd() -> EndAction {
        switch self.phase {
        case .receiving(let body):
            self.phase = .handling
            self.deadline = nil
            return .dispatch(body.bytes)
        case .refused:
            return .refuse
        case .idle, .handling, .responding, .lingering, .streaming, .closed:
            return .nothing
        }
    }

    /// A part of another request's head has come: the rest has as long as the first request had.
    mutating func beginHead(now: @autoclosure () -> NIODeadline) {
        guard case .idle = self.phase, !self.isHeadTimed else { return }
        self.isHeadTimed = true
        self.deadline = now() + self.limits.headTime
    }

    /// Bytes have come from the socket, whatever they mean.
    /// - Returns: Whether the connection has been read on for long enough.
    mutating func receiveBytes(_ count: Int) -> Bool {
        guard case .lingering(let bytes, let responded) = self.phase else { return false }
        self.phase = .lingering(bytes: bytes + count, responded: responded)
        return bytes + count > self.limits.lingerBytes
    }

    // MARK: The response

    /// The response is being written.
    mutating func respond(now: NIODeadline) {
        self.deadline = now + self.limits.answerTime
        if self.isClosing { self.keepsAlive = false }
        if case .lingering = self.phase { return }
        self.phase = .responding
    }

    /// The response has left.
    /// - Parameter hasInputEnded: Whether the client sends nothing more, so that nothing can reset the connection.
    mutating func responseWasRead(now: NIODeadline, hasInputEnded: Bool = false) -> ReadAction {
        switch self.phase {
        case .responding where self.keepsAlive && !self.isClosing:
            self.phase = .idle
            self.requestStart = now
            self.deadline = now + self.limits.idleTime
            self.isHeadTimed = false
            return .next
        case .responding where !hasInputEnded:
            self.linger(responded: true, now)
            return .linger
        case .lingering where !hasInputEnded:
            self.linger(responded: true, now)
            return .closeOutput
        case .responding, .lingering:
            self.phase = .closed
            return .close
        case .idle, .receiving, .refused, .handling, .streaming, .closed:
            return .nothing
        }
    }

    /// The rest of the connection belongs to a stream.
    mutating func stream() {
        self.phase = .streaming
        self.deadline = nil
    }

    /// The last bytes of the stream have left.
    /// - Returns: Whether the connection lingers now.
    mutating func endStream(now: NIODeadline) -> Bool {
        guard case .streaming = self.phase else { return false }
        self.linger(responded: true, now)
        return true
    }

    // MARK: The end

    /// What came can't be read, or came too slowly: refuse it, and nothing after it can be understood.
    mutating func fail(now: NIODeadline) -> FailureAction {
        switch self.phase {
        case .idle, .receiving, .refused:
            _ = self.refuse(now)
            return .refuse
        case .handling, .responding:
            self.isClosing = true
            return .nothing
        case .lingering, .streaming, .closed:
            return .nothing
        }
    }

    /// Time has passed.
    /// - Parameter hasPartialHead: Whether bytes have come since the last request.
    mutating func expire(now: NIODeadline, hasPartialHead: Bool) -> ExpiryAction {
        guard let deadline = self.deadline, deadline <= now else { return .nothing }
        switch self.phase {
        case .receiving, .refused:
            return self.fail(now: now) == .refuse ? .refuse : .close
        case .idle where hasPartialHead:
            return self.fail(now: now) == .refuse ? .refuse : .close
        default:
            self.phase = .closed
            self.deadline = nil
            return .close
        }
    }

    /// The server wants to end.
    /// - Returns: Whether the connection can be closed at once.
    mutating func closeSoon(hasPartialHead: Bool) -> Bool {
        self.isClosing = true
        guard case .idle = self.phase, !hasPartialHead else { return false }
        self.phase = .closed
        return true
    }

    /// The client sends nothing more, and may still read (RFC 9112, 9.6).
    /// - Returns: Whether the connection can be closed at once, since nothing waits for its response.
    mutating func endInput() -> Bool {
        switch self.phase {
        case .idle, .receiving, .refused, .streaming:
            return true
        case .lingering(_, let responded):
            return responded
        case .handling, .responding, .closed:
            return false
        }
    }

    /// The connection is gone.
    mutating func closed() {
        self.phase = .closed
        self.deadline = nil
    }

    private mutating func refuse(_ now: NIODeadline) -> HeadAction {
        self.keepsAlive = false
        self.linger(responded: false, now)
        return .refuse
    }

    private mutating func linger(responded: Bool, _ now: NIODeadline) {
        let bytes = if case .lingering(let bytes, _) = self.phase { bytes } else { 0 }
        self.phase = .lingering(bytes: bytes, responded: responded)
        self.deadline = now + self.limits.lingerTime
    }
}
