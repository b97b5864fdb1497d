import Logging
import NIOCore
import RedisWire

/// Asks some nodes of a cluster at once who has the slot, and ends as soon as most of them say the same, or a moment after the
/// first answer. Confined to the bus's loop.
final class ClusterSurvey {
    /// What was found out.
    struct Result {
        /// Who may have the slot, named by most nodes first.
        var owners: [RedisEndpoint] = []
        /// All nodes that were named.
        var nodes: Set<RedisEndpoint> = []
        /// Whether most of those that were asked name the first owner.
        var isCertain = false
        /// Why nodes did not answer.
        var failures: [String] = []
    }

    /// How long the others have once one has answered: one that hangs is not waited for.
    private static let patience = TimeAmount.milliseconds(300)

    private let seeds: ClusterSeeds
    private let settings: RedisBusSettings
    private let asked: Int
    private let promise: EventLoopPromise<Result>
    private var result = Result()
    private var votes: [RedisEndpoint: Int] = [:]
    private var answers = 0
    private var timer: Scheduled<Void>?
    private var isOver = false

    /// What was found out, on the loop.
    var outcome: EventLoopFuture<Result> { self.promise.futureResult }

    /// Begins to ask.
    init(_ nodes: [RedisEndpoint], _ seeds: ClusterSeeds, _ settings: RedisBusSettings) {
        self.seeds = seeds
        self.settings = settings
        self.asked = nodes.count
        self.promise = settings.eventLoop.makePromise()
        for node in nodes { self.ask(node) }
    }

    private func ask(_ node: RedisEndpoint) {
        let (settings, second) = (self.settings, TimeAmount.seconds(1))
        let timeouts = RedisTimeouts(
            connect: min(settings.timeouts.connect, second), command: min(settings.timeouts.command, second))
        RedisCommandConnection.connect(
            to: node, on: settings.eventLoop, timeouts: timeouts, logger: settings.logger
        ).flatMap { connection in
            connection.send(["CLUSTER", "SLOTS"]).always { _ in connection.close() }
        }.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let reply): self.take(ClusterMap(reply, slot: PartitionNames.slot), of: node)
            case .failure(let error): self.result.failures.append("\(node): \(error)")
            }
            self.answers += 1
            self.decide()
        }
    }

    private func take(_ map: ClusterMap, of node: RedisEndpoint) {
        guard !self.isOver else { return }
        let endpoint = { (known: ClusterMap.Node) in self.seeds.node(host: known.host, port: known.port, by: node) }
        self.result.nodes.formUnion(map.others.map(endpoint))
        guard let owner = map.owner.map(endpoint) else {
            return self.result.failures.append("\(node): no node has the slot \(PartitionNames.slot)")
        }
        self.result.nodes.insert(owner)
        self.votes[owner, default: 0] += 1
        if self.timer == nil {
            self.timer = self.settings.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { self.end() }
        }
    }

    private func decide() {
        self.result.isCertain = (self.votes.values.max() ?? 0) * 2 > self.asked
        if self.result.isCertain || self.answers == self.asked { self.end() }
    }

    private func end() {
        guard !self.isOver else { return }
        self.isOver = true
        self.timer?.cancel()
        self.result.owners = self.votes.sorted { $0.value > $1.value }.map(\.key)
        self.promise.succeed(self.result)
    }
}
