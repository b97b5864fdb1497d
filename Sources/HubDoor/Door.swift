public import HubCore
public import HubHooks
public import Logging

/// The one way into a hub: whoever publishes, subscribes, deletes or looks at topics does so in a session that the door has opened.
/// What one may ask for at most, who may do what, and what became of it are decided and counted here, for all transports.
public final class Door: Sendable {
    /// The most topics of a stream, and of an event.
    public let maximumTopics: Int
    /// What became of publish requests.
    public let counters = PublishCounters()
    let access: AccessRules
    let hub: Hub

    /// Makes the door of a hub.
    /// - Parameters:
    ///   - hub: The hub.
    ///   - access: Who may do what.
    ///   - maximumTopics: The most topics of a stream, and of an event.
    public init(_ hub: Hub, access: AccessRules = AccessRules(), maximumTopics: Int = 100) {
        self.hub = hub
        self.access = access
        self.maximumTopics = maximumTopics
    }

    /// Begins to ask for what is revoked.
    /// - Parameter logger: Is told if that fails.
    public func open(logger: Logger) {
        guard self.access.tokens != nil || self.access.hooks.onSubscribe != nil else { return }
        self.access.revocations.watch(self.hub, logger)
    }

    /// Asks no more.
    public func close() { self.access.revocations.stop() }

    /// Lets somebody in.
    /// - Parameters:
    ///   - principal: Who it is.
    ///   - asker: What an application is told of them, if it is to be asked; without it, what it decides is refused.
    ///   - authenticate: Finds out who it is if they show a token later; `nil` if they can't.
    public func session(
        _ principal: Principal, asker: Asker? = nil, authenticate: Session.Authenticate? = nil
    ) -> Session {
        Session(self, principal, asker, authenticate)
    }
}
