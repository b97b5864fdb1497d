import ByteStrings
import HubTransports
import NIOCore
import NIOHTTP1

/// What one HTTP/1.1 connection is doing, apart from its I/O: one request at a time, in order (RFC 9112, 9.3).
///
/// A refused request that still sends a body is answered at once; the rest of the body is read on for a while, since
/// closing with unread bytes would reset the connection and take the answer with it (RFC 9112, 9.6).
struct RequestMachine {
    private enum Phase {
        case idle
        case receiving(ByteBuffer)
        case refused(HTTPAnswer)
        case handling
        case answering
        case lingering(bytes: Int, answered: Bool, ended: Bool)
        case streaming
        case closed
    }

    enum HeadAction: Equatable { case nothing, sendContinue, refuse }
    enum BodyAction: Equatable { case nothing, refuse }
    enum EndAction: Equatable { case nothing, dispatch(ByteBuffer), refuse, close }
    enum AnsweredAction: Equatable { case nothing, next, close, closeOutput }
    enum FailureAction: Equatable { case nothing, refuse }
    enum ExpiryAction: Equatable { case nothing, close, refuse }

    private let limits: HTTPLimits
    private var phase = Phase.idle
    private var received = 0
    private var maximumBodyBytes = 0
    private var isHeadTimed = true
    private var requestStart: NIODeadline

    /// When the present phase must be over; `nil` if it may last.
    private(set) var deadline: NIODeadline?
    /// Whether the connection serves another request after this one.
    private(set) var keepsAlive = true
    /// Whether the connection is to end after the present request.
    private(set) var isClosing = false
    /// The request's version, which decides how the answer is framed.
    private(set) var version = HTTPVersion.http1_1
    /// Whether the answer is sent without its body (RFC 9110, 9.3.2).
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
        case .idle, .receiving, .refused, .lingering: true
        case .handling, .answering, .streaming, .closed: false
        }
    }

    /// Whether bytes should be read from the socket now.
    var takesBytes: Bool {
        switch self.phase {
        case .handling, .answering: false
        default: true
        }
    }

    /// Whether what arrives is thrown away.
    var discards: Bool {
        switch self.phase {
        case .streaming, .closed: true
        default: false
        }
    }

    var isIdle: Bool {
        if case .idle = self.phase { true } else { false }
    }

    /// Whether what comes is of use: kept for this request, or for the next.
    var keepsInput: Bool {
        switch self.phase {
        case .idle, .receiving, .refused, .handling, .answering: true
        case .lingering, .streaming, .closed: false
        }
    }

    var isHandling: Bool {
        if case .handling = self.phase { true } else { false }
    }

    /// Whether what comes is only read on so that the client sees the answer.
    var isLingering: Bool {
        if case .lingering = self.phase { true } else { false }
    }

    /// The answer with which the request was refused before its end.
    var refusal: HTTPAnswer? {
        if case .refused(let answer) = self.phase { answer } else { nil }
    }

    // MARK: The request

    /// A head has arrived.
    /// - Parameters:
    ///   - head: The head.
    ///   - refusal: The answer, if the head alone is enough to refuse the request.
    ///   - maximumBodyBytes: The most bytes that its body may have.
    ///   - now: The time.
    mutating func receiveHead(
        _ head: HTTPRequestHead, refusal: HTTPAnswer?, maximumBodyBytes: Int = 0, now: NIODeadline
    ) -> HeadAction {
        guard case .idle = self.phase else { return .nothing }
        self.version = head.version
        self.omitsBody = head.method == .HEAD
        self.keepsAlive = head.isKeepAlive && !head.asksForUpgrade && !self.isClosing
        self.received = 0
        self.maximumBodyBytes = maximumBodyBytes
        self.requestStart = now
        self.deadline = now + self.limits.bodyTime
        if let refusal {
            self.phase = .refused(refusal)
            return head.announcesBody ? self.refuse(now) : .nothing
        }
        self.phase = .receiving(ByteBuffer())
        return head.announcesBody && head.expectsContinue ? .sendContinue : .nothing
    }

    /// A part of the body has arrived.
    mutating func receiveBody(_ bytes: ByteBuffer, now: NIODeadline) -> BodyAction {
        guard case .receiving(var body) = self.phase else { return .nothing }
        self.phase = .idle
        self.received += bytes.readableBytes
        guard self.received <= self.maximumBodyBytes else {
            _ = self.refuse(now)
            return .refuse
        }
        if body.readableBytes == 0 {
            body = bytes
        } else {
            body.writeImmutableBuffer(bytes)
        }
        self.phase = .receiving(body)
        let allowance = TimeAmount.milliseconds(Int64(self.received) * 1000 / Int64(self.limits.bodyRate))
        self.deadline = self.requestStart + self.limits.bodyTime + allowance
        return .nothing
    }

    /// The request is complete.
    mutating func receiveEnd() -> EndAction {
        switch self.phase {
        case .receiving(let body):
            self.phase = .handling
            self.deadline = nil
            return .dispatch(body)
        case .refused:
            return .refuse
        case .lingering(let bytes, let answered, _):
            self.phase = .lingering(bytes: bytes, answered: answered, ended: true)
            return answered ? .close : .nothing
        case .idle, .handling, .answering, .streaming, .closed:
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
        guard case .lingering(let bytes, let answered, let ended) = self.phase else { return false }
        self.phase = .lingering(bytes: bytes + count, answered: answered, ended: ended)
        return bytes + count > self.limits.lingerBytes
    }

    // MARK: The answer

    /// The answer to the complete request is being written.
    mutating func answer(now: NIODeadline) {
        self.deadline = now + self.limits.answerTime
        if self.isClosing { self.keepsAlive = false }
        if case .lingering = self.phase { return }
        self.phase = .answering
    }

    /// The answer has left.
    mutating func answered(now: NIODeadline) -> AnsweredAction {
        switch self.phase {
        case .answering where self.keepsAlive && !self.isClosing:
            self.phase = .idle
            self.requestStart = now
            self.deadline = now + self.limits.idleTime
            self.isHeadTimed = false
            return .next
        case .answering:
            self.phase = .closed
            return .close
        case .lingering(_, _, ended: true):
            self.phase = .closed
            return .close
        case .lingering(let bytes, _, let ended):
            self.phase = .lingering(bytes: bytes, answered: true, ended: ended)
            self.deadline = now + self.limits.lingerTime
            return .closeOutput
        case .idle, .receiving, .refused, .handling, .streaming, .closed:
            return .nothing
        }
    }

    /// The rest of the connection belongs to a stream.
    mutating func stream() {
        self.phase = .streaming
        self.deadline = nil
    }

    // MARK: The end

    /// What came can't be read, or came too slowly: refuse it, and nothing after it can be understood.
    mutating func fail(now: NIODeadline) -> FailureAction {
        switch self.phase {
        case .idle, .receiving, .refused:
            _ = self.refuse(now)
            return .refuse
        case .lingering(let bytes, let answered, _):
            self.phase = .lingering(bytes: bytes, answered: answered, ended: false)
            return .nothing
        case .handling, .answering:
            self.isClosing = true
            return .nothing
        case .streaming, .closed:
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
    /// - Returns: Whether the connection can be closed at once, since nothing is being answered.
    mutating func endInput() -> Bool {
        switch self.phase {
        case .idle, .receiving, .refused, .streaming:
            return true
        case .lingering(let bytes, let answered, _):
            self.phase = .lingering(bytes: bytes, answered: answered, ended: true)
            return answered
        case .handling, .answering, .closed:
            return false
        }
    }

    /// The connection is gone.
    mutating func closed() {
        self.phase = .closed
        self.deadline = nil
    }

    private mutating func refuse(_ now: NIODeadline) -> HeadAction {
        self.phase = .lingering(bytes: 0, answered: false, ended: false)
        self.keepsAlive = false
        self.deadline = now + self.limits.lingerTime
        return .refuse
    }
}

extension HTTPRequestHead {
    /// Whether a body follows (RFC 9112, 6).
    var announcesBody: Bool {
        if self.headers.contains(name: "Transfer-Encoding") { return true }
        guard let length = self.headers.field("Content-Length") else { return false }
        return length != "0"
    }

    /// Whether the client waits for leave to send the body (RFC 9110, 10.1.1).
    var expectsContinue: Bool {
        self.version != .http1_0 && self.headers.field("Expect")?.equalsIgnoringCase("100-continue") == true
    }

    /// Whether the client offers to speak another protocol, after which the parser stops.
    var asksForUpgrade: Bool {
        self.method == .CONNECT || self.headers.contains(name: "Upgrade")
    }
}
