import HubCore
import Logging
import NIOCore
import RedisWire

/// What a member does from time to time, unasked.
extension RedisMember {
    /// Sends a message to itself, in line with all events. Its arrival proves that the subscription delivers.
    func sendProbe() {
        self.run(.probe, [.string(self.settings.member)]).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let reply):
                self.noteRefusal((try? reply.refusal) ?? nil)
                self.checkSubscription()
            case .failure(RedisError.server(let message)): self.noteRefusal(message)
            case .failure: break
            }
        }
    }

    /// A probe was published: one of those before it should have arrived. If not, the connections may lead to different
    /// servers, so both are made anew.
    private func checkSubscription() {
        let isSubscribed = self.subscriptions.isAcknowledged(self.probeChannel)
        guard isSubscribed, self.probes.published(at: .now()) else { return }
        self.probes.arrived()
        self.logger.warning("the subscription to Redis is up but silent, and is made anew")
        self.subscriptions.drop()
        self.commands.drop()
    }

    /// Notes whether the hub can work with the server.
    func noteRefusal(_ refusal: String?) {
        let error = refusal.map { RedisError.server($0) }
        self.note(.refusesWrites, error?.refusal)
        if error?.isReplica == true { self.commands.drop() }
    }

    /// Forgets topics that have had no event for long, a bounded number in a step.
    func retireTopics() {
        let step: Int64 = 100
        let arguments = [RedisArgument(self.settings.replayAgeMilliseconds), .integer(step)]
        self.run(.retire, arguments).assumeIsolated().whenSuccess { reply in
            guard let count = try? reply.integer(1), count == step, !self.isStopped else { return }
            self.retireTopics()
        }
    }

    /// Looks again at what may change while the server runs.
    func checkServer() {
        guard let connection = self.commands.scripts?.connection else { return }
        ServerFacts.ask(connection).assumeIsolated().whenSuccess { facts in
            self.note(facts)
            if facts.whyUnusable != nil { self.commands.drop() }
        }
        self.keepFunctions()
    }

    func note(_ facts: ServerFacts) {
        self.note(.evicts, facts.whyEvicting)
        if facts.isEmpty {
            self.logOnce("Redis does not tell about itself", reason: "its user may neither INFO nor CONFIG GET")
        }
    }

    /// Loads the functions by which applications publish, unless they are there, or not to be had.
    func keepFunctions() {
        guard let connection = self.commands.scripts?.connection else { return }
        FunctionLibrary.keep(on: connection).assumeIsolated().whenFailure { error in
            guard case .server(let message)? = error as? RedisError else { return }
            self.logOnce("FCALL hub_publish is not available", reason: message)
        }
    }
}

extension ScriptReply {
    /// Why the server refuses writes, as the scripts `hello` and `probe` found out; `nil` if it takes them.
    var refusal: String? {
        get throws(MalformedMessage) { self.isNull(1) ? nil : try self.text(1) }
    }
}
