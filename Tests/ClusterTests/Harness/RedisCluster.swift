import Foundation
import TestSupport

/// Three primaries of a Redis Cluster with a replica each, alive for the time of a test, and hubs that know three of them.
struct RedisCluster: Sendable {
    /// The slot of the hubs' keys.
    static let slot = "13907"

    let directory: TestDirectory
    let nodes: [RedisServer]
    let hubs: [HubProcess]

    /// Runs a test with it and so many hubs, and leaves nothing of them behind.
    /// - Parameter replicas: How many replicas each primary has.
    static func with(
        hubs count: Int = 2, replicas: Int = 1, _ body: (RedisCluster) async throws -> Void
    ) async throws {
        let directory = try TestDirectory()
        defer { directory.remove() }
        var nodes: [RedisServer] = []
        for number in 0..<3 * (1 + replicas) {
            let lines = [
                "cluster-enabled yes", "cluster-config-file DIR/nodes.conf", "cluster-node-timeout 2000",
                "repl-diskless-sync-delay 0", "cluster-require-full-coverage no",
            ]
            nodes.append(
                try RedisServer(
                    directory: directory.file("node\(number)"), port: await FreePort.find(withPortAbove: 10_000), lines)
            )
        }
        let seeds = nodes.prefix(3).map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
        let hubs = (0..<count).map { number in
            HubProcess(
                in: directory, name: "hub\(number + 1)",
                ["--bus", "redis+cluster://\(seeds)", "--heartbeat", "1s", "--drain", "1s"])
        }
        let cluster = RedisCluster(directory: directory, nodes: nodes, hubs: hubs)
        do {
            try await cluster.start(replicas: replicas)
            try await body(cluster)
        } catch {
            for hub in hubs { print("--- the log of \(hub.name)\n\(hub.log.suffix(4000))") }
            await cluster.end()
            throw error
        }
        await cluster.end()
    }

    private func start(replicas: Int) async throws {
        for node in self.nodes { try await node.start() }
        let addresses = self.nodes.map { "127.0.0.1:\($0.port)" }
        _ = try ChildProcess.run(
            ["redis-cli", "--cluster", "create"] + addresses
                + ["--cluster-replicas", "\(replicas)", "--cluster-yes"])
        try await waitUntil("the cluster is whole", within: .seconds(30)) {
            try self.nodes.allSatisfy { node in
                let info = try node.cli("CLUSTER", "INFO")
                return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:\(self.nodes.count)")
            }
                && self.nodes.count { try $0.cli("INFO", "replication").contains("master_link_status:up") } == 3
                    * replicas
        }
        for hub in self.hubs { try await hub.start() }
    }

    private func end() async {
        for hub in self.hubs { await hub.kill() }
        for node in self.nodes { node.kill() }
    }

    /// The primary that says itself that it has the hubs' slot; `nil` if none that runs does.
    var owner: RedisServer? {
        self.nodes.first { node in
            guard let nodes = try? node.cli("CLUSTER", "NODES") else { return false }
            return nodes.split(separator: "\n").contains { line in
                let fields = line.split(separator: " ")
                guard fields.count > 7, fields[2].contains("myself"), fields[2].contains("master") else { return false }
                return fields[8...].contains { range in
                    let ends = range.split(separator: "-").compactMap { Int($0) }
                    guard let slot = Int(Self.slot), let first = ends.first, let last = ends.last else { return false }
                    return first <= slot && slot <= last
                }
            }
        }
    }

    /// The replicas of a node.
    func replicas(of node: RedisServer) throws -> [RedisServer] {
        try self.nodes.filter { try $0.cli("INFO", "replication").contains("master_port:\(node.port)\r") }
    }

    /// Waits until another node than this one has the slot.
    func waitForOwner(otherThan node: RedisServer) async throws {
        try await waitUntil("another node has the slot", within: .seconds(30)) {
            guard let owner = self.owner else { return false }
            return owner.port != node.port
        }
    }

    /// Moves the hubs' slot with all its keys from the node that has it, as `redis-cli --cluster reshard` does.
    func moveSlot(to target: RedisServer) throws {
        guard let source = self.owner else { throw ChildProcess.Failure(description: "nobody has the slot") }
        try self.beginMove(from: source, to: target)
        while true {
            let keys = try source.cli("CLUSTER", "GETKEYSINSLOT", Self.slot, "1000").split(separator: "\n").map(
                String.init)
            guard !keys.isEmpty else { break }
            try self.move(keys, from: source, to: target)
        }
        try self.endMove(to: target)
    }

    /// The slot is about to move.
    func beginMove(from source: RedisServer, to target: RedisServer) throws {
        try target.cli("CLUSTER", "SETSLOT", Self.slot, "IMPORTING", source.cli("CLUSTER", "MYID"))
        try source.cli("CLUSTER", "SETSLOT", Self.slot, "MIGRATING", target.cli("CLUSTER", "MYID"))
    }

    /// Moves some of its keys; one that is not there any more is not missed.
    func move(_ keys: String..., from source: RedisServer, to target: RedisServer) throws {
        try self.move(keys, from: source, to: target)
    }

    private func move(_ keys: [String], from source: RedisServer, to target: RedisServer) throws {
        let answer = try source.cli(["MIGRATE", "127.0.0.1", "\(target.port)", "", "0", "5000", "KEYS"] + keys)
        guard answer == "OK" || answer == "NOKEY" else { throw ChildProcess.Failure(description: answer) }
    }

    /// The slot has moved, with all its keys.
    func endMove(to target: RedisServer) throws {
        let identity = try target.cli("CLUSTER", "MYID")
        for node in [target] + self.nodes where self.isPrimary(node) {
            try node.cli("CLUSTER", "SETSLOT", Self.slot, "NODE", identity)
        }
    }

    private func isPrimary(_ node: RedisServer) -> Bool {
        (try? node.cli("INFO", "replication").contains("role:master")) ?? false
    }
}
