import ByteStrings
import HubCore
import NIOCore
import NIOHTTP1

/// The end of a stream that is a WebSocket connection, and what its client asks for. Used only on the channel's loop.
final class WebSocketOutlet: StreamOutlet {
    /// How many requests of a client may be under way; it is not read until some are answered.
    private static let maximumRequests = 32

    private let exchange: any StreamExchange
    private let configuration: WebSocketConfiguration
    private let handshake: WebSocketHandshake
    private let start: StartPosition
    private let publisher: StreamPublisher?
    private var connection: WebSocketConnection?
    /// What the client is subscribed to, as soon as its requests are answered.
    private var topics: Set<Topic>
    private var requests = 0
    /// How many bytes of events are being published.
    private(set) var heldBytes = 0
    var subscription: StreamSubscription?

    init(
        _ request: StreamRequest, _ exchange: any StreamExchange, _ handshake: WebSocketHandshake,
        _ configuration: WebSocketConfiguration
    ) {
        self.exchange = exchange
        self.configuration = configuration
        self.handshake = handshake
        self.start = request.start
        self.publisher = request.publisher
        self.topics = Set(request.topics)
    }

    // MARK: The stream

    var transport: String { "ws" }

    var encoding: any EventEncoding { WebSocketEncoding(compresses: self.handshake.compresses) }

    var isWritable: Bool { self.connection?.isWritable ?? false }

    var backlog: Int { self.connection?.backlog ?? 0 }

    func open(_ opening: StreamOpening) {
        var head = self.handshake.head(self.exchange.commonHeaders, namesSubprotocol: true)
        if let replay = opening.replay { head.headers.replaceOrAdd(name: "Hub-Replay", value: replay.rawValue) }
        let limit = MessageLimit(self.configuration, mayPublish: self.publisher?.isAllowed() ?? false)
        let connection = WebSocketConnection(
            self.exchange, head, limit: limit, inflates: self.handshake.compresses, budget: self.configuration.budget,
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

    func connectionClosed() {
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
        self.requests < Self.maximumRequests && self.heldBytes < self.configuration.maximumMessageBytes
    }

    func receive(text: [UInt8]) {
        let message = ClientMessage(text, maximumTopics: self.configuration.maximumTopics)
        switch message.request {
        case .success(.publish(let publication)): self.publish(publication, message.ref)
        case .success(.subscribe(let topic, let cursor)): self.subscribe(to: topic, cursor: cursor, message.ref)
        case .success(.unsubscribe(let topic)): self.unsubscribe(from: topic, message.ref)
        case .failure(let invalid): self.refuse(invalid.description, message.ref)
        }
    }

    func receive(binary: [UInt8]) {
        self.refuse("a message must be text, not binary", nil)
    }

    func becameWritable() {
        self.subscription?.resume()
    }

    func ended() {
        self.subscription?.leave()
    }

    private func refuse(_ message: String, _ ref: HubMessage.Ref?) {
        self.say(HubMessage.error(message, ref))
    }

    /// The answer to a request that took its time.
    private func answer(_ message: [UInt8]) {
        self.requests -= 1
        self.say(message)
        self.connection?.resume()
    }

    private func publish(_ publication: Publication, _ ref: HubMessage.Ref?) {
        guard let publisher = self.publisher, publisher.isAllowed() else {
            self.publisher?.countRefusal()
            return self.refuse("publishing needs a publish key: Authorization: Bearer KEY in the handshake", ref)
        }
        self.requests += 1
        let byteCount = publication.data.bytes.count
        self.heldBytes += byteCount
        let loop = self.exchange.channel.eventLoop
        publisher.publish([publication]).hop(to: loop).assumeIsolated().whenComplete { result in
            self.heldBytes -= byteCount
            switch result {
            case .success(let events):
                guard let event = events.first else { return }
                self.answer(HubMessage.published(event, ref))
            case .failure(let error):
                self.answer(HubMessage.error(Self.reason(error), ref))
            }
        }
    }

    private func subscribe(to topic: Topic, cursor: String?, _ ref: HubMessage.Ref?) {
        guard !self.topics.contains(topic) else {
            return self.refuse("'\(topic)' is subscribed to; to read it from elsewhere, unsubscribe from it first", ref)
        }
        guard self.topics.count < self.configuration.maximumTopics else {
            let maximum = self.configuration.maximumTopics
            return self.refuse("a stream may have \(maximum) topics at most (--max-topics-per-stream)", ref)
        }
        guard self.subscription?.hasRoom(for: topic) != false else {
            return self.refuse("this member listens to as many topics as it may (--max-feeds); try again later", ref)
        }
        self.topics.insert(topic)
        self.requests += 1
        self.subscription?.subscribe(to: topic, from: StartPosition(cursor: cursor)) { place in
            self.answer(HubMessage.subscribed(topic, place?.description ?? cursor.map(Self.shown), ref))
        }
    }

    private func unsubscribe(from topic: Topic, _ ref: HubMessage.Ref?) {
        guard self.topics.remove(topic) != nil else {
            return self.refuse("'\(topic)' is not subscribed to", ref)
        }
        self.requests += 1
        self.subscription?.unsubscribe(from: topic) { self.answer(HubMessage.unsubscribed(topic, ref)) }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
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
            case .slow: .policy
            case .expired: .normal
            }
    }
}
