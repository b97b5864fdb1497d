public import ByteStrings
public import HubCore
import HubTokens
public import NIOCore

/// What somebody does with a hub.
public struct Session: Sendable {
    private let door: Door
    private let principal: Principal
    private let authenticate: Authenticate?

    /// Finds out who shows a token later.
    public typealias Authenticate = @Sendable (ByteString) throws(Refusal) -> Principal

    init(_ door: Door, _ principal: Principal, _ authenticate: Authenticate?) {
        self.door = door
        self.principal = principal
        self.authenticate = authenticate
    }

    /// The most topics of a stream, and of an event.
    public var maximumTopics: Int { self.door.maximumTopics }

    /// The same for somebody who shows a token now. Where there are no tokens, nothing changes.
    /// - Throws: A refusal.
    public func authorized(by text: ByteString) throws(Refusal) -> Session {
        guard self.access.tokens != nil, let authenticate = self.authenticate else { return self }
        return Session(self.door, try authenticate(text), authenticate)
    }

    private var access: AccessRules { self.door.access }

    private var authority: AccessRules.Authority { self.access.authority(of: self.principal) }

    // MARK: Writing

    /// Whether they may publish something now.
    public var mayPublish: Bool {
        switch self.authority {
        case .everything: true
        case .granted(let grants): !grants.publish.isEmpty
        case .reading, .publicTopics, .nothing: false
        }
    }

    /// Whether they may publish something or look after the hub.
    public var mayWrite: Bool {
        if case .granted(let grants) = self.authority, grants.isAdmin { return true }
        return self.mayPublish
    }

    /// Publishes events in one step, and counts what became of it.
    /// - Parameter publications: At least one.
    /// - Returns: What became of each; or a `BusError`.
    /// - Throws: A refusal that names the first topic that may not be published to; nothing is published then.
    public func publish(_ publications: [Publication]) throws(Refusal) -> EventLoopFuture<[PublishedEvent]> {
        do throws(Refusal) {
            try self.check(publications)
        } catch {
            self.countRefusedPublication()
            throw error
        }
        let counters = self.door.counters
        let published = self.door.hub.bus.publish(publications)
        published.whenComplete { counters.count($0) }
        return published
    }

    private func check(_ publications: [Publication]) throws(Refusal) {
        let authority = self.authority
        for publication in publications {
            for topic in publication.topics { try self.access.checkPublishing(authority, to: topic) }
        }
    }

    /// A request to publish was refused before it got here.
    public func countRefusedPublication() { self.door.counters.count(.refused) }

    /// Drops a topic's replay buffer on every member.
    /// - Returns: Whether there was such a topic; or a `BusError`.
    /// - Throws: A refusal, if they may not look after the hub.
    public func delete(_ topic: Topic) throws(Refusal) -> EventLoopFuture<Bool> {
        try self.checkAdministering()
        return self.door.hub.bus.delete(topic)
    }

    /// Lets the tokens of a subject that were issued up to now count no more, and ends its streams on every member.
    /// - Returns: What was revoked; or a `BusError`.
    /// - Throws: A refusal, if they may not look after the hub.
    public func revoke(_ subject: ByteString) throws(Refusal) -> EventLoopFuture<Revocation> {
        try self.checkAdministering()
        let (hub, revocations) = (self.door.hub, self.access.tokens?.revocations)
        guard let store = hub.bus as? any RevocationStore else { throw .noRevocations }
        return store.revoke(subject).map { revocation in
            revocations?.take([revocation], hub)
            return revocation
        }
    }

    // MARK: Looking

    /// Describes a topic, and says how many streams of it are on this member.
    /// - Returns: `nil` if there is no such topic; or a `BusError`.
    /// - Throws: A refusal, if they may not look after the hub.
    public func describe(_ topic: Topic) throws(Refusal) -> EventLoopFuture<(TopicSummary, subscribers: Int)?> {
        try self.checkAdministering()
        let counts = self.door.hub.subscriberCounts(of: [topic])
        return self.door.hub.bus.summary(of: topic).and(counts).map { summary, counts in
            let subscribers = counts.first ?? 0
            guard summary != nil || subscribers > 0 else { return nil }
            return (summary ?? TopicSummary(topic: topic, eventCount: 0, oldest: nil, latest: nil), subscribers)
        }
    }

    /// Lists topics in the order of their names' bytes, each with how many streams of it are on this member.
    /// - Parameters:
    ///   - after: The name after which to begin; `nil` for the first.
    ///   - limit: How many at most.
    /// - Returns: The topics, and whether there are more; or a `BusError`.
    /// - Throws: A refusal, if they may not look after the hub.
    public func topics(
        after: Topic?, limit: Int
    ) throws(Refusal) -> EventLoopFuture<(page: [(TopicSummary, subscribers: Int)], hasMore: Bool)> {
        try self.checkAdministering()
        let hub = self.door.hub
        // One more than asked for tells whether there is a next page.
        return hub.bus.topics(after: after, limit: limit + 1).flatMap { summaries in
            let page = Array(summaries.prefix(limit))
            return hub.subscriberCounts(of: page.map(\.topic)).map { counts in
                (zip(page, counts).map { ($0, subscribers: $1) }, summaries.count > limit)
            }
        }
    }

    /// Refuses whoever may not look after the hub.
    public func checkAdministering() throws(Refusal) {
        try self.access.checkAdministering(self.authority)
    }

    // MARK: Subscribing

    /// Reads the names of a stream's topics.
    /// - Returns: Each topic once.
    /// - Throws: A refusal that names the first topic that may not be subscribed to.
    public func topics(named names: [ByteString]) throws(Refusal) -> [Topic] {
        guard !names.isEmpty else { throw .noTopic }
        var topics: [Topic] = []
        var seen: Set<Topic> = []
        let authority = self.authority
        for name in names {
            let topic = try Self.topic(named: name)
            try self.check(topic, authority)
            if names.count == 1 || seen.insert(topic).inserted { topics.append(topic) }
        }
        guard topics.count <= self.maximumTopics else {
            throw .tooManyTopics(maximum: self.maximumTopics, count: topics.count)
        }
        return topics
    }

    private static func topic(named name: ByteString) throws(Refusal) -> Topic {
        do throws(InvalidEvent) { return try Topic(name.string) } catch { throw .invalid(error) }
    }

    /// Refuses a topic that may not be subscribed to.
    func check(_ topic: Topic) throws(Refusal) { try self.check(topic, self.authority) }

    private func check(_ topic: Topic, _ authority: AccessRules.Authority) throws(Refusal) {
        guard !topic.isReserved else { throw .reserved(topic) }
        try self.access.checkSubscribing(authority, to: topic)
    }

    /// Refuses topics that may be subscribed to no longer, now that the request is complete.
    public func check(_ topics: [Topic]) throws(Refusal) {
        let authority = self.authority
        for topic in topics { try self.check(topic, authority) }
    }

    /// Whether this member has room for a stream of these topics. If not, that is counted.
    public func hasRoom(for topics: [Topic]) -> Bool { self.door.hub.hasRoom(for: topics) }

    /// Subscribes an outlet.
    /// - Parameters:
    ///   - outlet: Gets the events, and keeps the subscription.
    ///   - topics: Each once; never empty.
    ///   - start: Where the stream begins.
    ///   - lifetime: After how long it is closed as expired; `nil` if it may last.
    ///   - isMomentary: Whether it is over before what was shown could end.
    ///   - isChangeable: Whether topics may come and go.
    ///   - loop: The loop of the connection, one of the hub's.
    public func subscribe(
        _ outlet: some Outlet, to topics: [Topic], from start: StartPosition, lifetime: TimeAmount? = nil,
        isMomentary: Bool = false, isChangeable: Bool = false, on loop: any EventLoop
    ) -> Subscription {
        guard let shard = self.door.hub.shard(on: loop) else {
            preconditionFailure("the connections of a hub are on its own loops")
        }
        let subscriber = shard.join(
            topics: topics, start: start, outlet: outlet,
            lifetime: [lifetime, isMomentary ? nil : self.lifetime].compactMap(\.self).min(), owner: self.owner)
        return Subscription(self, shard, subscriber, isChangeable ? topics : [])
    }

    /// Whose streams these are.
    var subject: ByteString? { self.principal.token?.subject }

    /// The same, and since when.
    var owner: StreamOwner? {
        self.subject.map { StreamOwner(name: $0, issued: self.principal.token?.issued) }
    }

    /// For how long what they have shown holds; `nil` if it has no end.
    var lifetime: TimeAmount? {
        self.principal.token.flatMap { token in self.access.tokens?.lifetime(of: token) }
    }
}
