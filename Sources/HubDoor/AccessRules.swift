public import HubCore
import HubTokens

/// Who may do what: whoever shows a key everything, whoever shows a token what it grants, everybody what is public.
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
        /// Nothing, since the token that was shown holds no longer.
        case nothing(TokenFault)
    }

    /// The keys that everything may be done with.
    public let keys: PublishKeys
    /// Checks tokens; `nil` if none is known that could have been signed.
    public let tokens: TokenCheck?
    private let publicTopics: [TopicPattern]

    /// Makes rules.
    /// - Parameters:
    ///   - keys: The keys that everything may be done with.
    ///   - tokens: Checks tokens. Once there are tokens, nothing is public but what is said to be.
    ///   - publicTopics: What anybody may subscribe to.
    public init(keys: PublishKeys = PublishKeys(), tokens: TokenCheck? = nil, publicTopics: [TopicPattern] = []) {
        self.keys = keys
        self.tokens = tokens
        self.publicTopics = publicTopics
    }

    /// Whether anybody may do everything.
    public var isOpen: Bool { self.tokens == nil && self.keys.isEmpty }

    /// What somebody may do now: keys can be withdrawn and tokens taken back while a request comes in or a stream lasts.
    func authority(of principal: Principal) -> Authority {
        switch principal {
        case .hub: return .everything
        case .keyHolder(let proof) where self.keys.honour(proof): return .everything
        case .bearer(let token):
            return self.tokens?.fault(of: token).map { .nothing($0) } ?? .granted(token.grants)
        case .keyHolder, .stranger:
            if self.isOpen { return .everything }
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
        case .publicTopics: throw .needsToken("subscribing to", topic)
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
        case .publicTopics: throw .needsToken("publishing to", topic)
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
        case .publicTopics: throw .needsToken("this", nil)
        case .nothing(let fault): throw .invalidToken(fault)
        }
    }

    private func isPublic(_ topic: Topic) -> Bool { self.publicTopics.contains { $0.matches(topic) } }
}
