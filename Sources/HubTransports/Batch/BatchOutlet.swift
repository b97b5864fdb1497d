import ByteStrings
import HubCore
import NIOCore
import NIOHTTP1

/// The end of a stream that is answered with one batch. Used only on the channel's loop.
///
/// It is never slow: a batch is bounded, and the subscription ends with it.
final class BatchOutlet: StreamOutlet {
    /// When the batch is answered.
    enum Mode: String {
        /// At once, with whatever there is.
        case poll
        /// As soon as there is something, or when the client's time is over.
        case longPoll = "long-poll"
    }

    /// A batch ends with the delivery that reaches this.
    private static let byteLimit = 256 << 10

    private var exchange: (any StreamExchange)?
    private let request: BatchRequest
    private let mode: Mode
    private var batch = Batch()
    private var replay: StreamOpening.Replay?
    private var place: Cursor?
    private var isLive = false
    private var isAnswerDue = false
    /// Whether the answer comes as soon as it is known what there is, even if that is nothing.
    private var isHurried: Bool
    var subscription: StreamSubscription?

    init(_ exchange: any StreamExchange, _ request: BatchRequest, _ mode: Mode) {
        self.exchange = exchange
        self.request = request
        self.mode = mode
        self.isHurried = mode == .poll
    }

    var transport: String { self.mode.rawValue }

    var encoding: any EventEncoding { BatchEncoding() }

    var isWritable: Bool { true }

    var eventLimit: Int { max(1, self.request.limit - self.batch.count) }

    func open(_ opening: StreamOpening) {
        self.replay = opening.replay
        self.place = opening.cursor
        guard self.isHurried, opening.replay == nil else { return }
        if self.mode == .poll { self.refuse() } else { self.answer(hasMore: false) }
    }

    /// The client sends nothing more, and may still read: it is told what there is now.
    func hurry() {
        self.isHurried = true
        if self.isLive { self.answer(hasMore: false) }
    }

    func deliver(_ bytes: ByteBuffer, count: Int, through cursor: Cursor) {
        guard self.exchange != nil else { return }
        self.batch.append(bytes, count: count, through: cursor)
        guard self.batch.count < self.request.limit, self.batch.byteCount < Self.byteLimit else {
            return self.answer(hasMore: true)
        }
        if self.isLive { self.answerSoon() }
    }

    func reset(_ notice: ResetNotice) {
        self.batch.append(notice)
        self.replay = .reset
    }

    func caughtUp(at cursor: Cursor) {
        self.isLive = true
        self.place = self.place ?? cursor
        if self.isHurried || !self.batch.isEmpty { self.answer(hasMore: false) }
    }

    /// Nobody reads before the answer.
    var hasHeartbeat: Bool { false }

    func heartbeat() {}

    func close(_ reason: CloseReason) {
        // A poll says that nothing is new only where that is known.
        if self.mode == .poll, !self.isLive, self.batch.isEmpty { return self.refuse() }
        self.answer(hasMore: false)
    }

    func connectionClosed() {
        self.exchange = nil
        self.batch = Batch()
    }

    /// What else comes in this tick is taken along.
    private func answerSoon() {
        guard !self.isAnswerDue, let loop = self.exchange?.channel.eventLoop else { return }
        self.isAnswerDue = true
        loop.assumeIsolated().execute { self.answer(hasMore: false) }
    }

    private func answer(hasMore: Bool) {
        guard let exchange = self.end() else { return }
        let batch = self.batch
        // The timer wheel keeps the outlet for a while, but not what it has sent.
        self.batch = Batch()
        let place = batch.cursor?.description ?? self.request.cursor ?? self.place?.description
        guard let place else { return exchange.refuse(.unavailable) }
        let isKnown = self.mode == .poll && batch.isEmpty && self.request.entityTags.contains(ByteString(place))
        var head = HTTPResponseHead(version: exchange.version, status: .ok, headers: BatchHead.fields)
        if let replay = self.replay { head.headers.add(name: "Hub-Replay", value: replay.rawValue) }
        if self.mode == .poll {
            head.headers.add(name: "ETag", value: EntityTag.field(place))
            head.headers.add(name: "Hub-Poll-After", value: hasMore ? "0" : BatchHead.pollAfter)
        }
        guard isKnown else { return exchange.respond(head, body: batch.body(cursor: place)) }
        head.status = .notModified
        head.headers.remove(name: "Content-Type")
        exchange.respond(head, body: nil)
    }

    private func refuse() {
        self.end()?.refuse(.unavailable)
    }

    /// Ends the subscription.
    /// - Returns: The exchange, once, to be answered.
    private func end() -> (any StreamExchange)? {
        defer { self.exchange = nil }
        self.subscription?.leave()
        self.subscription = nil
        return self.exchange
    }
}

extension StreamRefusal {
    /// The bus can't be asked, so that nothing can be proved.
    fileprivate static var unavailable: StreamRefusal {
        StreamRefusal(
            .serviceUnavailable, "the bus is not available, so it can't be said what is new; try again",
            headers: ["Retry-After": String(Int.random(in: 1...5))])
    }
}
