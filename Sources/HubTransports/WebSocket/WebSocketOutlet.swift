import ByteStreams
import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import NIOCore

/// The end of a stream that is a WebSocket connection, and what its client asks for. Used only on the channel's loop.
final class WebSocketOutlet: StreamOutlet {
    /// How many requests of a client may be under way; it is not read until some are done.
    private static let maximumRequests = 32
    /// How many tokens that do not hold a client may show: looking at each costs as much as a thousand events.
    private static let maximumRefusedTokens = 10

    private let exchange: any HTTPExchange
    private let configuration: WebSocketConfiguration
    private let handshake: WebSocketHandshake
    private let start: StartPosition
    let client: ClientAddress?
    private var session: Session
    /// How many tokens were shown that did not hold.
    private var refusedTokens = 0
    private var connection: WebSocketConnection?
    private var requests = 0
    /// Whether an application is being asked: what the client asks for next waits, so that all is done in its order.
    private var isAsking = false
    /// How many bytes of events are being published.
    private(set) var heldBytes = 0
    private(set) var subscription: Subscription?

    init(
        _ request: StreamRequest, _ session: Session, _ exchange: any HTTPExchange, _ handshake: WebSocketHandshake,
        _ configuration: WebSocketConfiguration
    ) {
        self.exchange = exchange
        self.configuration = configuration
        self.handshake = handshake
        self.start = request.start
        self.client = request.client
        self.session = session
    }

    // MARK: The stream

    var transport: String { "ws" }

    var isChangeable: Bool { true }

    var encoding: any EventEncoding { WebSocketEncoding(compresses: self.handshake.compresses) }

    var isWritable: Bool { self.connection?.isWritable ?? false }

    var backlog: Int { self.connection?.backlog ?? 0 }

    func open(_ opening: StreamOpening) {
        var fields = self.handshake.fields(self.exchange.commonFields, namesSubprotocol: true)
        if let replay = opening.replay { fields[.hubReplay] = replay.rawValue }
        let limit = MessageLimit(
            self.configuration, mayPublish: self.session.mayPublish, isKnown: self.session.mayWrite)
        let connection = WebSocketConnection(
            self.exchange, fields, limit: limit, inflates: self.handshake.compresses, budget: self.configuration.budget,
            application: self)
        self.connection = connection
        let cursor = opening.cursor?.description ?? self.start.cursor.map(Self.shown)
        connection.begin(with: ServerFrame.text(HubMessage.hello(cursor)))
    }

    func deliver(_ bytes: ByteBuffer, count: Int, through cursor: Cursor) {
        self.connection?.write(bytes)
    }

    func reset(_ notice: ResetNotice) {
        self.say(HubMessage.reset(notice))
    }

    func heartbeat() {
        self.connection?.ping()
    }

    func close(_ reason: CloseReason) {
        let last = ServerFrame.text(HubMessage.close(reason, retry: CloseRetry.random()))
        self.connection?.close(CloseCode(reason), after: last)
    }

    func attach(_ subscription: Subscription?) {
        self.subscription = subscription
    }

    /// Nobody speaks on it any more: the connection closes by itself.
    func inputEnded() {}

    func disconnect() {
        self.connection?.connectionClosed()
        self.connection = nil
    }

    /// A cursor as the client gave it; one that is longer is none of ours, whatever is cut off.
    private static func shown(_ cursor: String) -> String { ByteString(cursor).shortened(to: 64) }

    private func say(_ message: [UInt8]) {
        self.connection?.write(ServerFrame.text(message))
    }
}

extension WebSocketOutlet: WebSocketApplication {
    var takesMessages: Bool {
        !self.isAsking && self.requests < Self.maximumRequests
            && self.heldBytes < self.configuration.maximumMessageBytes
    }

    func receive(text: [UInt8]) {
        let message = ClientMessage(text, maximumTopics: self.session.maximumTopics)
        switch message.request {
        case .success(.publish(let publication)): self.publish(publication, message.ref)
        case .success(.subscribe(let topic, let cursor)): self.subscribe(to: topic, cursor: cursor, message.ref)
        case .success(.unsubscribe(let topic)): self.unsubscribe(from: topic, message.ref)
        case .success(.authorize(let token)): self.authorize(token, message.ref)
        case .failure(let invalid): self.refuse(invalid.description, message.ref)
        }
    }

    func receive(binary: [UInt8]) {
        self.refuse("a message must be text, not binary", nil)
    }

    func becameWritable() {
        self.connection?.resume()
        self.subscription?.resume()
    }

    func ended() {
        self.subscription?.leave()
    }

    private func refuse(_ message: String, _ ref: HubMessage.Ref?) {
        self.say(HubMessage.error(message, ref))
    }

    /// A request that took its time is done.
    private func complete(_ message: [UInt8]) {
        self.requests -= 1
        self.say(message)
        self.connection?.resume()
    }

    private func publish(_ publication: Publication, _ ref: HubMessage.Ref?) {
        let published: EventLoopFuture<[PublishedEvent]>
        let isAsked = self.session.isAskedAboutPublishing
        do throws(Refusal) {
            published = try self.session.publish([publication])
        } catch {
            return self.refuse(Self.text(error), ref)
        }
        if isAsked { self.isAsking = true }
        self.requests += 1
        let byteCount = publication.data.bytes.count
        self.heldBytes += byteCount
        published.hop(to: self.exchange.eventLoop).assumeIsolated().whenComplete { result in
            self.heldBytes -= byteCount
            if isAsked { self.isAsking = false }
            switch result {
            case .success(let events):
                guard let event = events.first else { return }
                self.complete(HubMessage.published(event, ref))
            case .failure(let error):
                self.complete(HubMessage.error(Self.reason(error), ref))
            }
        }
    }

    private func subscribe(to topic: Topic, cursor: String?, _ ref: HubMessage.Ref?) {
        self.begin(ref) { (subscription) throws(Refusal) in
            let isAsked = subscription.needsApproval(of: topic)
            if isAsked { self.isAsking = true }
            try subscription.subscribe(to: topic, from: StartPosition(cursor: cursor)) { result in
                if isAsked { self.isAsking = false }
                switch result {
                case .success(let position):
                    self.complete(
                        HubMessage.subscribed(topic, position?.description ?? cursor.map(Self.shown), ref))
                case .failure(let refusal): self.complete(HubMessage.error(refusal.description, ref))
                }
            }
        }
    }

    private func unsubscribe(from topic: Topic, _ ref: HubMessage.Ref?) {
        self.begin(ref) { (subscription) throws(Refusal) in
            try subscription.unsubscribe(from: topic) { self.complete(HubMessage.unsubscribed(topic, ref)) }
        }
    }

    private func authorize(_ token: ByteString, _ ref: HubMessage.Ref?) {
        do throws(Refusal) {
            if let session = try self.session.authorized(by: token) {
                try self.subscription?.renew(session)
                self.session = session
            }
            self.say(HubMessage.authorized(ref))
        } catch {
            let answer = HubMessage.error(error.description, ref)
            self.refusedTokens += 1
            guard self.refusedTokens >= Self.maximumRefusedTokens else { return self.say(answer) }
            self.subscription?.leave()
            self.connection?.close(.policy, after: ServerFrame.text(answer))
        }
    }

    /// Begins a change of the subscription, which is completed later, or says why not.
    private func begin(_ ref: HubMessage.Ref?, _ change: (Subscription) throws(Refusal) -> Void) {
        guard let subscription = self.subscription else { return }
        self.requests += 1
        do throws(Refusal) {
            try change(subscription)
        } catch {
            self.requests -= 1
            self.isAsking = false
            self.refuse(error.description, ref)
        }
    }

    private static func text(_ refusal: Refusal) -> String {
        guard refusal == .needsKey else { return refusal.description }
        return "publishing needs a publish key: Authorization: Bearer KEY in the handshake"
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let refusal as Refusal: refusal.description
        case BusError.unavailable: "not published: the bus is not available; try again"
        case BusError.refused(let reason): reason
        default: "the outcome is unknown; repeat it with the same 'key' to be sure"
        }
    }
}

extension CloseCode {
    /// The code for the reason why the hub ends a stream.
    fileprivate init(_ reason: CloseReason) {
        self =
            switch reason {
            case .drain: .goingAway
            case .shed: .tryAgainLater
            case .slow, .revoked: .policy
            case .expired: .normal
            }
    }
}
