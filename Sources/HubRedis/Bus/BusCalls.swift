import ByteStrings
import HubCore
import Logging
import NIOCore
import RedisWire

/// What the server asks of the bus: each is one script. Confined to the bus's loop.
final class BusCalls {
    private let settings: RedisBusSettings
    private let scripts: ScriptCaller
    private let history: BusHistory

    init(_ settings: RedisBusSettings, _ scripts: ScriptCaller, _ history: BusHistory) {
        self.settings = settings
        self.scripts = scripts
        self.history = history
    }

    /// Publishes what was collected, in one call.
    func publish(_ requests: [PublishQueue.Request]) {
        let publications = requests.flatMap(\.publications)
        var arguments: [RedisArgument] = [
            RedisArgument(self.settings.replayCount), RedisArgument(self.settings.replayAgeMilliseconds),
            self.settings.confirmingReplicas > 0 ? 1 : 0,
        ]
        for publication in publications { publication.append(to: &arguments) }
        let keys = self.settings.names.keys(of: publications)
        self.scripts.call(.publish, keys, arguments, isWrite: true) { reply throws(MalformedMessage) in
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
        self.read(topic, range, limit: limit, LogChain(range))
    }

    /// Reads until there is an event, or the end: of a log that somebody else wrote to, there may be calls that find none.
    private func read(
        _ topic: Topic, _ range: LogRange, limit: Int, _ chain: LogChain
    ) -> EventLoopFuture<LogPage> {
        let from =
            switch range {
            case .tail: "tail"
            case .after(let offset): offset.streamID
            }
        // Pages end early at a MiB of data, so that none of them blocks Redis for long.
        let arguments: [RedisArgument] = [
            .string(topic.name), .string(from), RedisArgument(max(1, limit)), RedisArgument(1 << 20),
        ]
        return self.scripts.call(.read, [self.settings.names.log(of: topic)], arguments) {
            reply throws(MalformedMessage) in
            var chain = chain
            let (page, readOn) = try reply.page(of: topic, &chain)
            return (page, readOn, chain)
        }.assumeIsolated().flatMap { page, readOn, chain in
            guard range != .tail, let readOn else { return self.settings.eventLoop.makeSucceededFuture(page) }
            return self.read(topic, .after(readOn), limit: limit, chain)
        }.nonisolated()
    }

    func delete(_ topic: Topic) -> EventLoopFuture<Bool> {
        let log = self.settings.names.log(of: topic)
        return self.scripts.call(.delete, [log], [.string(topic.name)], isWrite: true) {
            reply throws(MalformedMessage) in
            try reply.integer(1) == 1
        }
    }

    func summary(of topic: Topic) -> EventLoopFuture<TopicSummary?> {
        self.summaries(of: [Array(topic.name.utf8)]).map { $0.topics.first }
    }

    func topics(after: Topic?, limit: Int) -> EventLoopFuture<[TopicSummary]> {
        self.topics(after: after.map { Array($0.name.utf8) } ?? [], limit: limit)
    }

    /// Asks for as many as there are, a hundred names in a step, and then for what is known of them, in as many steps as it takes:
    /// an entry of each topic is looked at, and may be large.
    private func topics(after: [UInt8], limit: Int) -> EventLoopFuture<[TopicSummary]> {
        guard limit > 0 else { return self.settings.eventLoop.makeSucceededFuture([]) }
        let step = min(limit, 100)
        return self.scripts.call(.names, [], [.bytes(after), RedisArgument(step)]) { reply throws(MalformedMessage) in
            try reply.names(1)
        }.assumeIsolated().flatMap { names in
            guard !names.isEmpty else { return self.settings.eventLoop.makeSucceededFuture([]) }
            return self.summaries(of: names).assumeIsolated().flatMap { some, looked in
                let isLast = looked == names.count && names.count < step
                guard !isLast, looked > 0 else { return self.settings.eventLoop.makeSucceededFuture(some) }
                return self.topics(after: names[looked - 1], limit: limit - some.count).map { some + $0 }
            }.nonisolated()
        }.nonisolated()
    }

    private func summaries(of names: [[UInt8]]) -> EventLoopFuture<(topics: [TopicSummary], looked: Int)> {
        let logs = names.map { self.settings.names.log(of: $0) }
        return self.scripts.call(.topics, logs, names.map { .bytes($0) }) { reply throws(MalformedMessage) in
            try reply.summaries(of: names.count)
        }
    }

    func revoke(_ subject: ByteString) -> EventLoopFuture<Revocation> {
        self.scripts.call(.revoke, [self.settings.names.revoked], [.string(subject.string)], isWrite: true) {
            reply throws(MalformedMessage) in
            Revocation(subject: subject, time: UInt64(max(0, try reply.integer(1))))
        }
    }

    /// Asks for as many as there are, a thousand in a step.
    func revocations(since time: UInt64, after count: Int = 0) -> EventLoopFuture<[Revocation]> {
        let arguments = [
            RedisArgument(Int(min(time, 1 << 53))), RedisArgument(count), RedisArgument(Self.revocationStep),
        ]
        return self.scripts.call(.revoked, [self.settings.names.revoked], arguments) { reply throws(MalformedMessage) in
            try reply.revocations()
        }.assumeIsolated().flatMap { some in
            guard some.count == Self.revocationStep else { return self.settings.eventLoop.makeSucceededFuture(some) }
            return self.revocations(since: time, after: count + some.count).map { some + $0 }
        }.nonisolated()
    }

    private static let revocationStep = 1000

    /// Sends all members a message.
    func tell(_ message: [UInt8]) -> EventLoopFuture<Void> {
        self.scripts.call(.tell, self.settings.names.nameless, [.bytes(message)]) { _ in }
    }

    func reportRollback(of epoch: Epoch) {
        guard epoch == self.history.epoch else { return }
        self.settings.logger.warning("events that were seen are gone from Redis", metadata: ["epoch": "\(epoch)"])
        self.scripts.call(.rotate, [], []).whenFailure { _ in }
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
