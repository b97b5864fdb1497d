import Foundation
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import HubCore

/// Events as lines of id and topic.
struct LineEncoding: EventEncoding {
    let slot = 0

    func encode(_ event: Event) -> ByteBuffer {
        ByteBuffer(string: "\(event.id) \(event.topic)\n")
    }
}

/// A client of a simulated cluster: drops, comes back elsewhere with its cursor, and remembers all that it was told.
final class SimulatedClient {
    enum Item: Equatable {
        case event(EventID, Topic)
        /// Of the topic, everything up to the end may be missing.
        case reset(Topic, ResetNotice.Reason, requested: String, end: Offset, cursor: Cursor?)
        /// A connection begins at this position.
        case connected(Offset)
        /// A connection begins without a cursor: the head of its answer comes, and of each topic every event after the position is
        /// due. The bus was not met yet, so that it can't be proved where the latest is.
        case began([Topic: Offset], cursor: Cursor?, isBlind: Bool)
        /// A topic was added; every event of it after the position is due. Without a cursor, a reset comes first.
        case subscribed(Topic, from: Offset, cursor: Cursor?)
        case unsubscribed(Topic)
    }

    /// One connection: takes a few events at a time if it is slow.
    final class Connection: Outlet {
        let encoding: any EventEncoding = LineEncoding()
        var isWritable = true
        var isSlow: Bool
        /// The head of the answer itself can't be written at once.
        var holdsHead = false
        var take: ([Item]) -> Void
        var began: (StreamOpening) -> Void = { _ in }
        var closed: () -> Void = {}
        var opened: StreamOpening?
        /// How far the stream is in a topic.
        var reached: (Topic) -> Offset = { _ in .zero }

        init(isSlow: Bool, take: @escaping ([Item]) -> Void) {
            self.isSlow = isSlow
            self.take = take
        }

        func open(_ opening: StreamOpening) {
            #expect(self.opened == nil)
            self.opened = opening
            if self.holdsHead { self.isWritable = false }
            self.began(opening)
        }

        func heartbeat() {}
        func close(_ reason: CloseReason) { self.closed() }

        func deliver(_ bytes: ByteBuffer, count: Int, through cursor: Cursor) {
            #expect(self.opened != nil)
            #expect(self.isWritable)
            let lines = String(buffer: bytes).split(separator: "\n")
            #expect(lines.count == count)
            let items = lines.compactMap { line -> Item? in
                let parts = line.split(separator: " ")
                guard let id = EventID(parts[0]), let topic = try? Topic(String(parts[1])) else { return nil }
                return .event(id, topic)
            }
            if self.isSlow { self.isWritable = false }
            self.take(items)
        }

        func reset(_ notice: ResetNotice) {
            // Of a topic that is no more nothing is said but that.
            let end = notice.oldest?.offset.predecessor ?? notice.latest?.offset ?? self.reached(notice.topic)
            self.take([
                .reset(notice.topic, notice.reason, requested: notice.requested, end: end, cursor: notice.cursor)
            ])
        }
    }

    /// The topics with which the client began.
    let firstTopics: [Topic]
    /// The position where the client began, if that was a cursor.
    let start: Offset
    /// What it asks for while it has no cursor.
    private let beginning: StartPosition
    /// The epoch of that position.
    let startEpoch: Epoch?
    /// What it knows to be subscribed to.
    private(set) var topics: [Topic]
    /// What it has asked to be subscribed to.
    private var wanted: [Topic]
    private(set) var items: [Item] = []
    /// The cursor to come back with.
    private(set) var cursor: String?
    private(set) var connection: Connection?
    private var subscriber: Subscriber?
    private var shard: Shard?
    /// Drops the connection after so many events, as if the rest of a batch never arrived.
    var dropsAfter: Int?

    init(topics: [Topic], cursor: String) {
        self.firstTopics = topics
        self.topics = topics
        self.wanted = topics
        self.start = Cursor(cursor)?.id.offset ?? .zero
        self.startEpoch = Cursor(cursor)?.id.epoch
        self.beginning = .cursor(cursor)
        self.cursor = cursor
    }

    /// Makes a client without a cursor.
    init(topics: [Topic], beginning: StartPosition) {
        self.firstTopics = []
        self.topics = topics
        self.wanted = topics
        self.start = .zero
        self.startEpoch = nil
        self.beginning = beginning
    }

    /// Connects to a member.
    /// - Parameter due: Says from where on a topic's events are due when the head of the answer comes, for a beginning, and
    ///   whether that can't be proved.
    func connect(
        to shard: Shard, isSlow: Bool, holdsHead: Bool = false,
        due: @escaping (StreamOpening, StartPosition, Topic) -> (Offset, isBlind: Bool) = { _, _, _ in (.zero, false) }
    ) {
        // A stream has at least one topic when it begins.
        guard self.connection == nil, !self.topics.isEmpty else { return }
        let connection = Connection(isSlow: isSlow) { [weak self] in self?.take($0) }
        connection.holdsHead = holdsHead
        connection.closed = { [weak self] in self?.drop() }
        self.connection = connection
        self.shard = shard
        self.wanted = self.topics
        if let cursor {
            self.items.append(.connected(Cursor(cursor)?.id.offset ?? .zero))
        } else {
            let (topics, beginning) = (self.topics, self.beginning)
            connection.began = { [weak connection] opening in
                let dues = topics.map { ($0, due(opening, beginning, $0)) }
                connection?.take([
                    .began(
                        Dictionary(uniqueKeysWithValues: dues.map { ($0, $1.0) }), cursor: opening.cursor,
                        isBlind: dues.contains { $0.1.isBlind })
                ])
            }
        }
        let start = self.cursor.map { StartPosition.cursor($0) } ?? self.beginning
        let subscriber = shard.join(topics: self.topics, start: start, outlet: connection)
        // It may have dropped at once.
        guard self.connection === connection else { return shard.leave(subscriber) }
        self.subscriber = subscriber
        connection.reached = { [weak subscriber] topic in
            guard let subscriber, let index = subscriber.topics.firstIndex(where: { $0.topic == topic }) else {
                return .zero
            }
            return subscriber.progress.reached(index)
        }
    }

    /// Asks for one more topic.
    /// - Parameter due: Says from where on its events are due, when the answer comes.
    func subscribe(to topic: Topic, from start: StartPosition, due: @escaping () -> Offset) {
        guard let connection, let subscriber, let shard, !self.wanted.contains(topic) else { return }
        self.wanted.append(topic)
        shard.subscribe(subscriber, to: topic, from: start) { [weak self] cursor in
            guard let self, self.connection === connection else { return }
            self.topics.append(topic)
            // Without a cursor, the one that was asked for stays in force until the reset.
            if cursor == nil, case .cursor(let text) = start { self.cursor = text }
            self.take([.subscribed(topic, from: due(), cursor: cursor)])
        }
    }

    /// Asks to be rid of a topic.
    func unsubscribe(using random: inout SeededGenerator) {
        guard let connection, let subscriber, let shard, let topic = self.wanted.randomElement(using: &random) else {
            return
        }
        self.wanted.removeAll { $0 == topic }
        shard.unsubscribe(subscriber, from: topic) { [weak self] _ in
            guard let self, self.connection === connection else { return }
            self.topics.removeAll { $0 == topic }
            self.take([.unsubscribed(topic)])
        }
    }

    /// Whether everything that it has asked for was answered.
    var isAnswered: Bool { self.connection == nil || self.topics == self.wanted }

    func drop() {
        self.connection?.take = { _ in }
        self.connection?.closed = {}
        self.connection = nil
        guard let subscriber, let shard else { return }
        (self.subscriber, self.shard) = (nil, nil)
        (shard.eventLoop as? EmbeddedEventLoop)?.execute { shard.leave(subscriber) }
    }

    /// A slow client has read what it was sent.
    func drain() {
        guard let connection, !connection.isWritable, let subscriber, let shard else { return }
        connection.isWritable = true
        shard.resume(subscriber)
    }

    /// Where the stream stands.
    var position: Offset? { self.subscriber?.position }

    /// Where the stream stands, for the message of a failing test.
    var state: String {
        guard let subscriber else { return "not connected" }
        let topics = subscriber.topics.map { "\($0.topic) live \($0.isLive) base \($0.ring.base) last \($0.ring.last)" }
        return "\(subscriber.phase) at \(subscriber.position), \(topics)"
            + self.transcript
    }

    /// All that the client was told, if `HUB_SIMULATION_SHOW` is set.
    private var transcript: String {
        guard ProcessInfo.processInfo.environment["HUB_SIMULATION_SHOW"] != nil else { return "" }
        return self.items.map { "\n\($0)" }.joined()
    }

    private func take(_ items: [Item]) {
        for item in items {
            self.items.append(item)
            switch item {
            case .event(let id, _): self.cursor = id.description
            case .reset(_, _, _, _, let cursor): self.cursor = cursor?.description ?? self.cursor
            case .subscribed(_, _, let cursor): self.cursor = cursor?.description ?? self.cursor
            // The cursor before the first event, which browsers are given.
            case .began(_, let cursor, _): self.cursor = cursor?.description
            case .connected, .unsubscribed: break
            }
            guard let left = self.dropsAfter else { continue }
            self.dropsAfter = left - 1
            if left <= 1 {
                self.dropsAfter = nil
                return self.drop()
            }
        }
    }
}
