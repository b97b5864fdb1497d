import HubCore
import Logging
import NIOCore
import RedisWire

/// What happens when connections come and go.
extension RedisMember {
    /// Looks at a new server, and tells it what was seen before anything else is asked of it.
    func greet(_ scripts: LoadedScripts) -> EventLoopFuture<Void> {
        ServerFacts.ask(scripts.connection).assumeIsolated().flatMap { facts in
            if let reason = facts.whyUnusable {
                return self.settings.eventLoop.makeFailedFuture(BusError.unavailable(reason: reason))
            }
            self.run = facts.run
            self.note(facts)
            return self.sayHello(with: scripts)
        }.nonisolated()
    }

    /// Says hello on the connection that there is, so that a server which lost writes is noticed before its messages
    /// are listened to.
    func sayHello() -> EventLoopFuture<Void> {
        guard let scripts = self.commands.scripts else {
            return self.settings.eventLoop.makeFailedFuture(BusError.unavailable(reason: "Redis is not connected"))
        }
        self.subscribedRun = self.run
        return self.sayHello(with: scripts)
    }

    func commandsOpened() {
        self.condition.commandLink.countOpening()
        self.note(.unreachable, nil)
        if self.subscribedRun != self.run { self.subscriptions.drop() }
        self.subscriptions.start()
        self.keepFunctions()
    }

    func commandsFailed(_ error: any Error) {
        let reason = (error as? BusError)?.reason ?? "\(error)"
        self.logger.debug("no connection for commands", metadata: ["reason": "\(reason)"])
        self.note(.unreachable, reason)
    }

    func happened(_ happening: SubscriptionLink.Happening) {
        switch happening {
        case .opened: self.condition.subscriptionLink.countOpening()
        case .subscribed(let channel): self.subscribed(channel)
        case .message(let bytes, let channel): self.received(bytes, on: channel)
        case .passedOver(let channel): self.passedOver(on: channel)
        case .receivedAll: self.delegate?.busReceivedAll()
        case .failed(let error): self.subscriptionMissing(error)
        case .lost(let error):
            self.subscriptionMissing(error)
            self.delegate?.busLostSubscriptions()
        }
    }

    private func sayHello(with scripts: LoadedScripts) -> EventLoopFuture<Void> {
        let arguments: [RedisArgument] = [
            RedisArgument(self.settings.replayCount), RedisArgument(self.settings.replayAgeMilliseconds),
            .string(self.run), RedisArgument(self.settings.maximumEventBytes),
        ]
        return self.run(.hello, arguments, with: scripts).assumeIsolated().flatMapThrowing { reply in
            self.noteRefusal(try reply.refusal)
        }.nonisolated()
    }

    private func subscriptionMissing(_ error: any Error) {
        self.logger.debug("no connection for subscriptions", metadata: ["reason": "\(error)"])
        self.note(.notSubscribed, "the subscription to Redis is lost: \(error)")
    }
}

extension BusError {
    /// The line for an operator.
    var reason: String {
        switch self {
        case .unavailable(let reason), .unknownOutcome(let reason), .refused(let reason): reason
        }
    }
}
