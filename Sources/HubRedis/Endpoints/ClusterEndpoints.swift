import ByteStrings
import HubCore
import Logging
import NIOCore
import RedisWire

/// The node of a Redis Cluster that has the partition's slot. Nodes are asked for every connection, and again and again
/// while there is none; a node that says who has the slot instead (MOVED) is believed once.
final class ClusterEndpoints: EndpointSource {
    /// How many nodes are asked at once.
    private static let breadth = 8
    /// How many nodes are remembered.
    private static let most = 1000
    /// How often nodes are asked while there is no connection, and while there is one.
    private static let (restless, calm) = (TimeAmount.milliseconds(500), TimeAmount.seconds(15))

    let isCluster = true

    private let seeds: ClusterSeeds
    private let settings: RedisBusSettings
    private var known: Set<RedisEndpoint> = []
    private var survey: EventLoopFuture<ClusterSurvey.Result>?
    private var onMove: (() -> Void)?
    /// The node that is used.
    private var current: RedisEndpoint?
    /// The node that was named last.
    private var tried: RedisEndpoint?
    /// The node to which the one before has sent the hub.
    private var hint: RedisEndpoint?
    /// How often a node was asked for since one was last accepted: none of those that are named may be left out.
    private var attempts = 0
    /// What was asked before the node was chosen says nothing against it.
    private var choice = 0
    /// When the node that is used refused work last.
    private var doubted: NIODeadline?
    private var timer: Scheduled<Void>?

    init(_ seeds: ClusterSeeds, _ settings: RedisBusSettings) {
        self.seeds = seeds
        self.settings = settings
    }

    func start(onMove: @escaping () -> Void) {
        self.onMove = onMove
        self.schedule(in: Self.restless)
    }

    func stop() {
        self.onMove = nil
        self.timer?.cancel()
    }

    func primary() -> EventLoopFuture<RedisEndpoint> {
        if self.current != nil {
            self.current = nil
            self.schedule(in: Self.restless)
        }
        if let hint = self.hint.take() {
            self.tried = hint
            self.choice += 1
            return self.settings.eventLoop.makeSucceededFuture(hint)
        }
        return self.look().assumeIsolated().flatMapThrowing { result in
            guard !result.owners.isEmpty else { throw BusError.unavailable(reason: Self.whyUnknown(result.failures)) }
            let endpoint = result.owners[self.attempts % result.owners.count]
            self.attempts += 1
            self.tried = endpoint
            return endpoint
        }.nonisolated()
    }

    func accepted(_ endpoint: RedisEndpoint) {
        self.current = endpoint
        self.choice += 1
        self.doubted = nil
        self.attempts = 0
        self.settings.logger.notice("the cluster's node is found", metadata: ["endpoint": "\(endpoint)"])
        self.schedule(in: Self.calm)
    }

    func redirected(_ message: String, by endpoint: RedisEndpoint) {
        guard let node = ClusterMap.target(ofMoved: message) else { return }
        let target = self.seeds.node(host: node.host, port: node.port, by: endpoint)
        self.hint = target == endpoint ? nil : target
    }

    func doubt() {
        guard self.doubted.map({ .now() - $0 >= .seconds(1) }) ?? true else { return }
        self.doubted = .now()
        _ = self.look()
    }

    private static func whyUnknown(_ failures: [String]) -> String {
        guard !failures.contains(where: { ByteString($0).contains("cluster support disabled") }) else {
            return "Redis is no node of a cluster; give the hubs --bus redis://HOST:PORT"
        }
        return "no node of the cluster says who has its slot (\(failures.sorted().joined(separator: "; ")))"
    }

    /// Asks nodes, unless they are being asked.
    private func look() -> EventLoopFuture<ClusterSurvey.Result> {
        if let survey { return survey }
        let others = self.known.subtracting(self.seeds.nodes).shuffled()
        let nodes = (self.seeds.nodes.shuffled().prefix(Self.breadth / 2) + others).prefix(Self.breadth)
        let survey = ClusterSurvey(Array(nodes), self.seeds, self.settings).outcome
        self.survey = survey
        let choice = self.choice
        survey.assumeIsolated().whenSuccess { result in
            self.survey = nil
            self.take(result, isTimely: choice == self.choice)
        }
        return survey
    }

    private func take(_ result: ClusterSurvey.Result, isTimely: Bool) {
        if !result.nodes.isEmpty { self.known = Set(result.nodes.prefix(Self.most)) }
        // A node that works is left when it says so itself, or refuses work.
        guard isTimely, result.isCertain, self.current == nil || self.doubted != nil else { return }
        guard let best = result.owners.first, best != self.current ?? self.tried else { return }
        self.attempts = 0
        self.onMove?()
    }

    /// Asks again after a time, and so on.
    private func schedule(in delay: TimeAmount) {
        self.timer?.cancel()
        self.timer = self.settings.eventLoop.assumeIsolated().scheduleTask(in: delay.jittered) {
            guard self.onMove != nil else { return }
            _ = self.look()
            self.schedule(in: self.current == nil ? Self.restless : Self.calm)
        }
    }
}
