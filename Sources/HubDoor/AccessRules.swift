public import HubCore
public import HubHooks
import HubTokens
import NIOCore

/// Who may do what: whoever shows a key everything, whoever shows a token what it grants, everybody what is public. On the others an
/// application decides, where there is one that is asked.
public struct AccessRules: Sendable {
    /// What somebody may do.
    enum Authority {
        /// Everything.
        case everything
        /// Subscribe to every topic, and nothing else: there are keys for the rest.
        case reading
        /// What a token grants, and what is public.
        case granted(Grants)
        /// What is public.
        case publicTopics
        /// What is public, what an application has allowed, and what it will allow when it is asked.
        case asking(Approval?)
        /// Nothing, since the token that was shown holds no longer.
        case nothing(TokenFault)
    }

    /// The keys that everything may be done with.
    public let keys: PublishKeys
    /// Checks tokens; `nil` if none is known that could have been signed.
    public let tokens: TokenCheck?
    /// The applications that are asked about whoever shows neither.
    public let hooks: Hooks
    /// Whose tokens and approvals count no more.
    let revocations: Revocations
    private let publicTopics: [TopicPattern]

    /// Makes rules.
    /// - Parameters:
    ///   - keys: The keys that everything may be done with.
    ///   - tokens: Checks tokens. Once there are tokens, nothing is public but what is said to be.
    ///   - publicTopics: What anybody may subscribe to.
    ///   - hooks: The applications that are asked about whoever shows neither. Once one is, nobody may do everything without a key.
    public init(
        keys: PublishKeys = PublishKeys(), tokens: TokenCheck? = nil, publicTopics: [TopicPattern] = [],
        hooks: Hooks = Hooks()
    ) {
        self.keys = keys
        self.tokens = tokens
        self.publicTopics = publicTopics
        self.hooks = hooks
        self.revocations = tokens?.revocations ?? Revocations()
    }

    /// Whether there is something to show: a key or a token.
    public var hasCredentials: Bool { self.tokens != nil || !self.keys.isEmpty }

    /// Whether anybody may do everything.
    public var isOpen: Bool { !self.hasCredentials && self.hooks.isEmpty }

    /// What somebody may do now: keys can be withdrawn and tokens taken back while a request comes in or a stream lasts.
    /// - Parameters:
    ///   - principal: Who it is.
    ///   - approval: What an application has allowed them.
    func authority(of principal: Principal, _ approval: Approval? = nil) -> Authority {
        switch principal {
        case .hub: return .everything
        case .keyHolder(let proof) where self.keys.honour(proof): return .everything
        case .bearer(let token):
            return self.tokens?.fault(of: token).map { .nothing($0) } ?? .granted(token.grants)
        case .keyHolder, .stranger:
            if self.isOpen { return .everything }
            guard self.hooks.isEmpty else { return .asking(approval.flatMap { self.holds($0) ? $0 : nil }) }
            return self.tokens == nil ? .reading : .publicTopics
        }
    }

    /// Refuses somebody who may not subscribe to a topic.
    func checkSubscribing(_ authority: Authority, to topic: Topic) throws(Refusal) {
        switch authority {
        case .everything, .reading: return
        case .granted(let grants) where grants.maySubscribe(to: topic) || self.isPublic(topic): return
        case .granted: throw .notGranted("subscribe to", topic)
        case .publicTopics where self.isPublic(topic): return
        case .asking(let approval) where self.isPublic(topic) || approval?.covers(topic) == true: return
        case .asking where self.hooks.onSubscribe != nil: throw .needsApproval("subscribe to", topic)
        case .asking where self.tokens == nil: return
        case .publicTopics, .asking: throw .needsToken("subscribing to", topic)
        case .nothing(let fault): throw .invalidToken(fault)
        }
    }

    /// Refuses somebody who may not publish to a topic.
    func checkPublishing(_ authority: Authority, to topic: Topic) throws(Refusal) {
        switch authority {
        case .everything: return
        case .reading: throw .needsKey
        case .granted(let grants) where grants.mayPublish(to: topic): return
        case .granted: throw .notGranted("publish to", topic)
        case .asking where self.hooks.onPublish != nil: throw .needsApproval("publish to", topic)
        case .asking where self.tokens == nil: throw .needsKey
        case .publicTopics, .asking: throw .needsToken("publishing to", topic)
        case .nothing(let fault): throw .invalidToken(fault)
        }
    }

    /// Refuses somebody who may not look after the hub: list, describe and delete topics, and revoke tokens.
    func checkAdministering(_ authority: Authority) throws(Refusal) {
        switch authority {
        case .everything: return
        case .reading: throw .needsKey
        case .granted(let grants) where grants.isAdmin: return
        case .granted: throw .notAdmin
        case .asking where self.tokens == nil: throw .needsKey
        case .publicTopics, .asking: throw .needsToken("this", nil)
        case .nothing(let fault): throw .invalidToken(fault)
        }
    }

    /// Whether what an application allowed still counts.
    func holds(_ approval: Approval) -> Bool {
        let now = Double(WallClock.milliseconds) / 1000
        return approval.expires ?? now >= now
            && !self.revocations.include(approval.subject, issued: approval.issued)
    }

    /// Asks an application.
    /// - Parameters:
    ///   - question: What somebody wants to do.
    ///   - asker: Who they are.
    ///   - hook: Asks it.
    ///   - action: The same in a few words, `subscribe to 'a'` say.
    /// - Returns: Its approval; or a `Refusal`.
    func approval(
        of question: HookQuestion, by asker: Asker, from hook: Hook, _ action: String
    ) -> EventLoopFuture<Approval> {
        let approval = Self.approval(hook.ask(question, of: asker), action)
        return approval.flatMap { known in
            // One that was remembered may be revoked.
            self.holds(known) ? approval : Self.approval(hook.ask(question, of: asker, isAskedAnew: true), action)
        }
    }

    private static func approval(
        _ verdict: EventLoopFuture<HookVerdict>, _ action: String
    ) -> EventLoopFuture<Approval> {
        verdict.flatMapErrorThrowing { _ in throw Refusal.noApproval }.flatMapThrowing { verdict in
            guard case .allowed(let approval) = verdict else { throw Refusal.notApproved(action) }
            return approval
        }
    }

    private func isPublic(_ topic: Topic) -> Bool { self.publicTopics.contains { $0.matches(topic) } }
}
