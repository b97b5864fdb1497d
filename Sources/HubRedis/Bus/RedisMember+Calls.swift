import HubCore
import Logging
import NIOCore
import RedisWire

/// What the server asks of the bus: each is one script.
extension RedisMember {
    /// Publishes what was collected, in one call.
    func publish(_ requests: [PublishQueue.Request]) {
        guard !requests.isEmpty else { return }
        let publications = requests.flatMap(\.publications)
        var arguments: [RedisArgument] = [
            RedisArgument(self.settings.replayCount), RedisArgument(self.settings.replayAgeMilliseconds),
        ]
        for publication in publications { publication.append(to: &arguments) }
        self.answer(.publish, arguments, isWrite: true) { reply throws(MalformedMessage) in
            try reply.published(publications)
        }.whenComplete { result in
            switch result {
            case .failure(let error): for request in requests { request.promise.fail(error) }
            case .success(let events):
                var rest = events[...]
                for request in requests {
                    request.promise.succeed(Array(rest.prefix(request.publications.count)))
                    rest = rest.dropFirst(request.publications.count)
                }
            }
        }
    }

    func read(_ topic: Topic, _ range: LogRange, limit: Int) -> EventLoopFuture<LogPage> {
        let from =
            switch range {
            case .tail: "tail"
            case .after(let offset): offset.streamID
            }
        // Pages end early at a MiB of data, so that none of them blocks Redis for long.
        let arguments: [RedisArgument] = [
            .string(topic.name), .string(from), RedisArgument(max(1, limit)), RedisArgument(1 << 20),
        ]
        return self.answer(.read, arguments) { reply throws(MalformedMessage) in try reply.page(of: topic) }
    }

    func delete(_ topic: Topic) -> EventLoopFuture<Bool> {
        self.answer(.delete, [.string(topic.name)], isWrite: true) { reply throws(MalformedMessage) in
            try reply.integer(1) == 1
        }
    }

    func summary(of topic: Topic) -> EventLoopFuture<TopicSummary?> {
        self.answer(.topics, ["one", .string(topic.name)]) { reply throws(MalformedMessage) in
            try reply.summaries().first
        }
    }

    /// Asks for as many as there are, a hundred in a step: an entry of each topic is looked at, and may be large.
    func topics(after: Topic?, limit: Int) -> EventLoopFuture<[TopicSummary]> {
        let step = min(limit, 100)
        guard step > 0 else { return self.settings.eventLoop.makeSucceededFuture([]) }
        let arguments: [RedisArgument] = ["after", .string(after?.name ?? ""), RedisArgument(step)]
        return self.answer(.topics, arguments) { reply throws(MalformedMessage) in
            try reply.summaries()
        }.assumeIsolated().flatMap { some in
            guard some.count == step, limit > step, let last = some.last else {
                return self.settings.eventLoop.makeSucceededFuture(some)
            }
            return self.topics(after: last.topic, limit: limit - step).map { some + $0 }
        }.nonisolated()
    }

    func reportRollback(of epoch: Epoch) {
        guard epoch == self.seen.place?.epoch else { return }
        self.logger.warning("events that were seen are gone from Redis", metadata: ["epoch": "\(epoch)"])
        self.run(.rotate, []).whenFailure { _ in }
    }

    private func answer<Value: Sendable>(
        _ script: HubScript, _ arguments: [RedisArgument], isWrite: Bool = false,
        _ read: @escaping (ScriptReply) throws(MalformedMessage) -> Value
    ) -> EventLoopFuture<Value> {
        self.run(script, arguments).assumeIsolated().flatMapThrowing { try read($0) }.flatMapErrorThrowing { error in
            throw self.busError(error, isWrite: isWrite)
        }.nonisolated()
    }

    private func busError(_ error: any Error, isWrite: Bool) -> BusError {
        if error is MalformedMessage {
            self.logger.error("a reply of Redis is malformed", metadata: ["reply": "\(error)"])
        }
        if let error = error as? RedisError, case .server(let message) = error, error.refusesWrites {
            self.note(.refusesWrites, "Redis refuses writes: \(message)")
            if error.isReplica { self.commands.drop() }
        }
        return BusError(error, isWrite: isWrite)
    }
}

extension Publication {
    /// The number of topics, key, name, retry, data and the topics, as the publish script takes them.
    fileprivate func append(to arguments: inout [RedisArgument]) {
        arguments.append(RedisArgument(self.topics.count))
        arguments.append(.string(self.key?.value ?? ""))
        arguments.append(.string(self.name?.name ?? ""))
        arguments.append(.string(self.retry.map { String($0.milliseconds) } ?? ""))
        arguments.append(.bytes(self.data.bytes))
        for topic in self.topics { arguments.append(.string(topic.name)) }
    }
}
