public import ByteStrings
public import HubCore
public import HubHooks
import HubTokens
public import NIOCore

/// What somebody does with a hub.
public struct Session: Sendable {
    private let door: Door
    private let principal: Principal
    private let authenticate: Authenticate?
    private let asker: Asker?
    private var approval: Approval?

    /// Finds out who shows a token later.
    public typealias Authenticate = @Sendable (ByteString) throws(Refusal) -> Principal

    init(_ door: Door, _ principal: Principal, _ asker: Asker?, _ authenticate: Authenticate?) {
        self.door = door
        self.principal = principal
        self.asker = asker
        self.authenticate = authenticate
    }

    /// The most topics of a stream, and of an event.
    public var maximumTopics: Int { self.door.maximumTopics }

    /// The same for somebody who shows a token now.
    /// - Returns: `nil` where there are no tokens: nothing changes.
    /// - Throws: A refusal.
    public func authorized(by text: ByteString) throws(Refusal) -> Session? {
        guard self.access.tokens != nil, let authenticate = self.authenticate else { return nil }
        return Session(self.door, try authenticate(text), nil, authenticate)
    }

    private var access: AccessRules { self.door.access }

    private var authority: AccessRules.Authority { self.access.authority(of: self.principal, self.approval) }

    // MARK: Writing

    /// Whether they may publish something now, or an application may allow it.
    public var mayPublish: Bool {
        switch self.authority {
        case .everything: true
        case .granted(let grants): !grants.publish.isEmpty
        case .asking: self.isAskedAboutPublishing
        case .reading, .publicTopics, .nothing: false
        }
    }

    /// Whether an application has to be asked about what they publish.
    public var isAskedAboutPublishing: Bool {
        guard case .asking = self.authority else { return false }
        return self.access.hooks.onPublish != nil && self.asker != nil
    }

    /// Whether they have shown that they may publish something or look after the hub.
    public var mayWrite: Bool {
        switch self.authority {
        case .everything: true
        case .granted(let grants): !grants.publish.isEmpty || grants.isAdmin
        case .reading, .publicTopics, .asking, .nothing: false
        }
    }

    /// Publishes events in one step, and counts what became of it.
    /// - Parameter publications: At least one.
    /// - Returns: What became of each; or a `BusError`, or a refusal of the application that had to be asked.
    /// - Throws: A refusal that names the first topic that may not be published to; nothing is published then.
    public func publish(_ publications: [Publication]) throws(Refusal) -> EventLoopFuture<[PublishedEvent]> {
        let (bus, counters) = (self.door.hub.bus, self.door.counters)
        let published: EventLoopFuture<[PublishedEvent]>
        if case .asking = self.authority, let hook = self.access.hooks.onPublish, let asker {
            published = self.access.approval(
                of: .publish(publications), by: asker, from: hook, "publish this"
            ).flatMap { _ in
                bus.publish(publications)
            }
        } else {
            do throws(Refusal) {
                try self.check(publications)
            } catch {
                self.countRefusedPublication()
                throw error
            }
            published = bus.publish(publications)
        }
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
        let (hub, revocations) = (self.door.hub, self.access.revocations)
        guard let store = hub.bus as? any RevocationStore else { throw .noRevocations }
        return store.revoke(subject).map { revocation in
            revocations.take([revocation], hub)
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
            try self.checkForNow(topic, authority)
            if names.count == 1 || seen.insert(topic).inserted { topics.append(topic) }
        }
        guard topics.count <= self.maximumTopics else {
            throw .tooManyTopics(maximum: self.maximumTopics, count: topics.count)
        }
        return topics
    }

    /// Lets topics pass of which an application decides later.
    private func checkForNow(_ topic: Topic, _ authority: AccessRules.Authority) throws(Refusal) {
        do throws(Refusal) {
            try self.check(topic, authority)
        } catch {
            guard case .needsApproval = error else { throw error }
        }
    }

    private static func topic(named name: ByteString) throws(Refusal) -> Topic {
        do throws(InvalidEvent) { return try Topic(name.string) } catch { throw .invalid(error) }
    }

    // MARK: Asking an application

    /// Which topics may be subscribed to only once an application has allowed it.
    public func unapproved(_ topics: [Topic]) -> [Topic] {
        guard self.asker != nil, case .asking = self.authority else { return [] }
        let authority = self.authority
        return topics.filter { topic in
            do throws(Refusal) {
                try self.check(topic, authority)
            } catch {
                if case .needsApproval = error { return true }
            }
            return false
        }
    }

    /// Asks the application for these, all of them or none.
    /// - Returns: The approval, which `with` takes; or a refusal.
    public func approval(of topics: [Topic]) throws(Refusal) -> EventLoopFuture<Approval> {
        guard let hook = self.access.hooks.onSubscribe, let asker, let first = topics.first else {
            throw topics.first.map { .needsApproval("subscribe to", $0) } ?? .noTopic
        }
        return self.access.approval(
            of: .subscribe(topics), by: asker, from: hook,
            "subscribe to \(topics.count == 1 ? "'\(first)'" : "these topics")")
    }

    /// The same, with what an application has allowed.
    /// - Throws: A refusal, if it takes them for somebody else now.
    public func with(_ approval: Approval) throws(Refusal) -> Session {
        guard let joined = self.approval.map({ $0.joined(by: approval) }) ?? approval else {
            throw .notApproved("subscribe as another subject than before")
        }
        var session = self
        session.approval = joined
        return session
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
        return Subscription(isChangeable ? self : self.settled, shard, subscriber, isChangeable ? topics : [])
    }

    /// The same for a stream that asks for nothing more.
    private var settled: Session { Session(self.door, self.principal, nil, nil) }

    /// Whose streams these are.
    var subject: ByteString? { self.principal.token?.subject ?? self.approval?.subject }

    /// The same, and since when.
    var owner: StreamOwner? {
        self.subject.map { StreamOwner(name: $0, issued: self.principal.token?.issued ?? self.approval?.issued) }
    }

    /// For how long what they have shown, or what an application has allowed, holds; `nil` if it has no end.
    var lifetime: TimeAmount? {
        if let token = self.principal.token { return self.access.tokens?.lifetime(of: token) }
        return self.approval?.lifetime
    }
}
