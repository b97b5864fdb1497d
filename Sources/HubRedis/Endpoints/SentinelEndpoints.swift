import HubCore
import Logging
import NIOCore
import RedisWire

/// The primary that sentinels name. Before a connection that works is given up for another server, that one has shown itself to be
/// a primary: a single sentinel that is wrong does no harm.
final class SentinelEndpoints: EndpointSource {
    private let group: SentinelGroup
    private let settings: RedisBusSettings
    private var links: [SentinelLink] = []
    private var answers = SentinelAnswers()
    private var reasons: [Int: String] = [:]
    private var onMove: (() -> Void)?
    /// The server that is used.
    private var current: RedisEndpoint?
    /// The server that was named last.
    private var tried: RedisEndpoint?
    /// How often a server was asked for since one was last accepted: none of the candidates may be left out.
    private var attempts = 0
    private var isTrying = false
    /// Who asked before any sentinel could answer.
    private var waiting: EventLoopPromise<RedisEndpoint>?

    init(_ group: SentinelGroup, _ settings: RedisBusSettings) {
        self.group = group
        self.settings = settings
    }

    func start(onMove: @escaping () -> Void) {
        self.onMove = onMove
        self.links = self.group.sentinels.enumerated().map { number, sentinel in
            SentinelLink(sentinel, self.group, self.settings) { [weak self] in self?.take($0, of: number) }
        }
        for link in self.links { link.start() }
    }

    func stop() {
        self.onMove = nil
        for link in self.links { link.stop() }
        self.links = []
        self.waiting?.fail(RedisError.notSent("the bus is shut down"))
        self.waiting = nil
    }

    func primary() -> EventLoopFuture<RedisEndpoint> {
        self.current = nil
        if let waiting { return waiting.futureResult }
        let (candidates, loop) = (self.candidates, self.settings.eventLoop)
        guard self.hasHeard else {
            let promise = loop.makePromise(of: RedisEndpoint.self)
            self.waiting = promise
            return promise.futureResult
        }
        guard !candidates.isEmpty else {
            return loop.makeFailedFuture(BusError.unavailable(reason: self.whyUnknown))
        }
        let endpoint = candidates[self.attempts % candidates.count]
        self.attempts += 1
        self.tried = endpoint
        return loop.makeSucceededFuture(endpoint)
    }

    /// Whether a sentinel has named a server, or all of them have had their chance.
    private var hasHeard: Bool {
        !self.candidates.isEmpty || self.reasons.count == self.group.sentinels.count
    }

    func accepted(_ endpoint: RedisEndpoint) {
        self.current = endpoint
        self.attempts = 0
        self.settings.logger.notice("sentinels name the primary", metadata: ["endpoint": "\(endpoint)"])
        self.compare()
    }

    private var candidates: [RedisEndpoint] {
        self.answers.candidates.map { self.group.server(host: $0.host, port: $0.port) }
    }

    private var whyUnknown: String {
        let reasons = self.group.sentinels.indices.map { number in
            "\(self.group.sentinels[number]): \(self.reasons[number] ?? "no answer yet")"
        }
        return "no sentinel says where '\(self.group.name)' is (\(reasons.joined(separator: "; ")))"
    }

    private func take(_ event: SentinelLink.Event, of sentinel: Int) {
        switch event {
        case .moved: for link in self.links { link.ask() }
        case .answered(let answer):
            self.reasons[sentinel] = "it knows no primary of that name"
            self.answers.take(answer, of: sentinel)
            self.compare()
        case .lost(let reason):
            self.reasons[sentinel] = reason
            self.answers.lose(sentinel)
        }
        guard let waiting, self.hasHeard else { return }
        self.waiting = nil
        waiting.completeWith(self.primary())
    }

    /// Moves to the server that the sentinels name, if that is another one.
    private func compare() {
        // Who waits is told the first word by itself.
        guard !self.isTrying, self.waiting == nil else { return }
        guard let best = self.candidates.first, best != self.current else { return }
        guard self.current != nil else {
            guard best != self.tried else { return }
            self.attempts = 0
            self.onMove?()
            return
        }
        self.isTrying = true
        self.tryOut(best).assumeIsolated().whenComplete { result in
            self.isTrying = false
            guard case .success(true) = result, best == self.candidates.first, self.current != nil else { return }
            self.settings.logger.notice("the primary is another one now", metadata: ["endpoint": "\(best)"])
            self.onMove?()
        }
    }

    /// Whether a server is a primary.
    private func tryOut(_ endpoint: RedisEndpoint) -> EventLoopFuture<Bool> {
        let settings = self.settings
        return RedisCommandConnection.connect(
            to: endpoint, on: settings.eventLoop, timeouts: settings.timeouts, logger: settings.logger
        ).flatMap { connection in
            ServerFacts.ask(connection).map { $0.whyUnusable(isCluster: false) == nil }.always { _ in connection.close()
            }
        }
    }
}
