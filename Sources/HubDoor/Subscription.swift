public import HubCore
import HubHooks
import NIOCore

/// What one outlet is subscribed to, on the shard of its loop: the one path by which a stream of any transport goes on when its
/// client takes more, gets other topics, and ends. Used only on that loop.
public final class Subscription {
    private var session: Session
    private let shard: Shard
    private let subscriber: Subscriber
    /// What the stream is to have, as soon as what was asked for is done; kept only where topics may come and go.
    private var topics: [Topic]
    /// Whether nothing more is given to the outlet.
    private var isOver = false

    init(_ session: Session, _ shard: Shard, _ subscriber: Subscriber, _ topics: [Topic]) {
        self.session = session
        self.shard = shard
        self.subscriber = subscriber
        self.topics = topics
    }

    /// The outlet takes more again.
    public func resume() {
        self.shard.resume(self.subscriber)
    }

    /// Whether an application has to be asked before a topic can be added. Until it has answered, nothing else is to be asked for.
    public func needsApproval(of topic: Topic) -> Bool { !self.session.unapproved([topic]).isEmpty }

    /// Adds a topic.
    /// - Parameters:
    ///   - topic: The topic.
    ///   - start: Where it begins.
    ///   - completion: Gets a cursor that is safe from then on, `nil` if a reset comes first; or a refusal of the application that had
    ///     to be asked.
    /// - Throws: A refusal; nothing has changed then.
    public func subscribe(
        to topic: Topic, from start: StartPosition, completion: @escaping (Result<Cursor?, Refusal>) -> Void
    ) throws(Refusal) {
        let isAsked = self.needsApproval(of: topic)
        if !isAsked { try self.session.check(topic) }
        guard !self.topics.contains(topic) else { throw .isSubscribed(topic) }
        guard self.topics.count < self.session.maximumTopics else {
            throw .tooManyTopics(maximum: self.session.maximumTopics, count: nil)
        }
        guard self.shard.hasRoom(for: [topic]) else { throw .noRoom }
        let approval = isAsked ? try self.session.approval(of: [topic]) : nil
        self.topics.append(topic)
        guard let approval else { return self.begin(topic, start, completion) }
        approval.hop(to: self.shard.eventLoop).assumeIsolated().whenComplete {
            self.decide(topic, start, $0, completion)
        }
    }

    private func begin(
        _ topic: Topic, _ start: StartPosition, _ completion: @escaping (Result<Cursor?, Refusal>) -> Void
    ) {
        self.shard.subscribe(self.subscriber, to: topic, from: start) { completion(.success($0)) }
    }

    /// The application has decided about a topic.
    private func decide(
        _ topic: Topic, _ start: StartPosition, _ result: Result<Approval, any Error>,
        _ completion: @escaping (Result<Cursor?, Refusal>) -> Void
    ) {
        guard !self.isOver else { return }
        do {
            let session = try self.session.with(try result.get())
            try session.check(topic)
            self.session = session
            self.shard.renew(self.subscriber, owner: session.owner, lifetime: session.lifetime)
            self.begin(topic, start, completion)
        } catch {
            self.topics.removeAll { $0 == topic }
            completion(.failure(error as? Refusal ?? .noApproval))
        }
    }

    /// Takes a topic away.
    /// - Parameters:
    ///   - topic: The topic.
    ///   - completion: Is called when none of its events follows any more.
    /// - Throws: `Refusal.isNotSubscribed`.
    public func unsubscribe(from topic: Topic, completion: @escaping () -> Void) throws(Refusal) {
        guard let index = self.topics.firstIndex(of: topic) else { throw .isNotSubscribed(topic) }
        self.topics.remove(at: index)
        self.shard.unsubscribe(self.subscriber, from: topic) { _ in completion() }
    }

    /// Goes on for somebody who has shown something else: the stream lasts as long as that does.
    /// - Parameter session: Theirs. What the stream has must be theirs too.
    /// - Throws: A refusal; nothing has changed then.
    public func renew(_ session: Session) throws(Refusal) {
        guard session.subject == self.session.subject || self.session.subject == nil else { throw .anotherSubject }
        for topic in self.topics { try session.check(topic) }
        self.session = session
        self.shard.renew(self.subscriber, owner: session.owner, lifetime: session.lifetime)
    }

    /// Nothing more is given to the outlet.
    public func leave() {
        self.isOver = true
        self.shard.leave(self.subscriber)
    }
}
