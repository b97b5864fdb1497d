public import HubCore

/// What somebody may do.
public struct Grants: Hashable, Sendable {
    /// The topics that they may subscribe to.
    public var subscribe: [TopicPattern]
    /// The topics that they may publish to.
    public var publish: [TopicPattern]
    /// Whether they may list, describe and delete topics, and revoke tokens.
    public var isAdmin: Bool

    /// Makes grants.
    /// - Parameters:
    ///   - subscribe: See ``subscribe``.
    ///   - publish: See ``publish``.
    ///   - isAdmin: See ``isAdmin``.
    public init(subscribe: [TopicPattern] = [], publish: [TopicPattern] = [], isAdmin: Bool = false) {
        self.subscribe = subscribe
        self.publish = publish
        self.isAdmin = isAdmin
    }

    /// Whether they may subscribe to a topic.
    public func maySubscribe(to topic: Topic) -> Bool { self.subscribe.contains { $0.matches(topic) } }

    /// Whether they may publish to a topic.
    public func mayPublish(to topic: Topic) -> Bool { self.publish.contains { $0.matches(topic) } }
}
