import ByteStreams
import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import NIOCore

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

    private var exchange: (any HTTPExchange)?
    private let request: BatchRequest
    private let mode: Mode
    let client: ClientAddress?
    private var batch = Batch()
    private var replay: StreamOpening.Replay?
    private var position: Cursor?
    private var isLive = false
    private var isResponseDue = false
    /// Whether the answer comes as soon as it is known what there is, even if that is nothing.
    private var isHurried: Bool
    private(set) var subscription: Subscription?

    init(_ exchange: any HTTPExchange, _ request: BatchRequest, _ mode: Mode, of client: ClientAddress?) {
        self.client = client
        self.exchange = exchange
        self.request = request
        self.mode = mode
        self.isHurried = mode == .poll
    }

    var transport: String { self.mode.rawValue }

    var encoding: any EventEncoding { BatchEncoding() }

    var isWritable: Bool { true }

    /// What was shown held when the request came, and its answer comes at once.
    var isMomentary: Bool { self.mode == .poll }

    var eventLimit: Int { max(1, self.request.limit - self.batch.count) }

    func open(_ opening: StreamOpening) {
        self.replay = opening.replay
        self.position = opening.cursor
        guard self.isHurried, opening.replay == nil else { return }
        if self.mode == .poll { self.refuse(.unavailable) } else { self.respond(hasMore: false) }
    }

    func attach(_ subscription: Subscription?) {
        self.subscription = subscription
    }

    /// Nearly always the client is gone; one that still reads is told what there is now, and does not wait.
    func inputEnded() {
        self.isHurried = true
        if self.isLive { self.respond(hasMore: false) }
    }

    func deliver(_ bytes: ByteBuffer, count: Int, through cursor: Cursor) {
        guard self.exchange != nil else { return }
        self.batch.append(bytes, count: count, through: cursor)
        guard self.batch.count < self.request.limit, self.batch.byteCount < Self.byteLimit else {
            return self.respond(hasMore: true)
        }
        if self.isLive { self.respondSoon() }
    }

    func reset(_ notice: ResetNotice) {
        self.batch.append(notice)
        self.replay = .reset
    }

    func caughtUp(at cursor: Cursor) {
        self.isLive = true
        self.position = self.position ?? cursor
        if self.isHurried || !self.batch.isEmpty { self.respond(hasMore: false) }
    }

    /// Nobody reads before the answer.
    var hasHeartbeat: Bool { false }

    func heartbeat() {}

    func close(_ reason: CloseReason) {
        // A poll says that nothing is new only where that is known.
        guard self.mode == .poll, !self.isLive, self.batch.isEmpty else { return self.respond(hasMore: false) }
        self.refuse(reason == .expired ? .unavailable : .ended)
    }

    func disconnect() {
        self.exchange = nil
        self.batch = Batch()
    }

    /// What else comes in this tick is taken along.
    private func respondSoon() {
        guard !self.isResponseDue, let loop = self.exchange?.eventLoop else { return }
        self.isResponseDue = true
        loop.assumeIsolated().execute { self.respond(hasMore: false) }
    }

    private func respond(hasMore: Bool) {
        guard let exchange = self.end() else { return }
        let batch = self.batch
        // The timer wheel keeps the outlet for a while, but not what it has sent.
        self.batch = Batch()
        let cursor = batch.cursor?.description ?? self.request.cursor ?? self.position?.description
        guard let cursor else { return exchange.refuse(.unavailable) }
        let isKnown = self.mode == .poll && batch.isEmpty && self.request.entityTags.contains(ByteString(cursor))
        var fields = BatchHead.fields
        if let replay = self.replay { fields[.hubReplay] = replay.rawValue }
        if self.mode == .poll {
            fields[.eTag] = EntityTag.field(cursor)
            fields[.hubPollAfter] = hasMore ? "0" : BatchHead.pollAfter
        }
        guard isKnown else { return exchange.respond(Response(.ok, fields: fields, body: batch.body(cursor: cursor))) }
        fields[.contentType] = nil
        exchange.respond(Response(.notModified, fields: fields))
    }

    private func refuse(_ problem: Problem) {
        self.end()?.refuse(problem)
    }

    /// Ends the subscription.
    /// - Returns: The exchange, once, to be answered.
    private func end() -> (any HTTPExchange)? {
        defer { self.exchange = nil }
        self.subscription?.leave()
        self.subscription = nil
        return self.exchange
    }
}

extension Problem {
    /// The bus can't be asked, so that nothing can be proved.
    fileprivate static var unavailable: Problem {
        .later(
            .serviceUnavailable, "the bus is not available, so it can't be said what is new; try again",
            after: Int.random(in: 1...5))
    }

    /// The hub ends the stream, for a reason that the next request is told.
    fileprivate static var ended: Problem {
        .later(.serviceUnavailable, "the hub ended the poll before it was known what is new; try again", after: 1)
    }
}
