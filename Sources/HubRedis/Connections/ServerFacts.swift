import NIOCore
import RedisWire

/// What the hub wants to know of a server before, and while, it relies on it: parts of the answer to `INFO`.
struct ServerFacts: Sendable {
    /// By their names' bytes; a value that is not ASCII is none.
    private let fields: [ArraySlice<UInt8>: String]

    /// Reads the lines of `INFO`: comments, and `name:value`.
    init(info: [UInt8]) {
        var fields: [ArraySlice<UInt8>: String] = [:]
        for line in info.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) where line.first != UInt8(ascii: "#") {
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].allSatisfy({ $0 < 0x80 }) else { continue }
            fields[parts[0]] = String(decoding: parts[1], as: UTF8.self)
        }
        self.fields = fields
    }

    init(info: String) {
        self.init(info: Array(info.utf8))
    }

    /// A field of its answer.
    subscript(_ name: StaticString) -> String? {
        name.withUTF8Buffer { self.fields[Array($0)[...]] }
    }

    /// Asks a server. One that doesn't tell is taken as it is.
    static func ask(_ connection: RedisCommandConnection) -> EventLoopFuture<ServerFacts> {
        connection.send(["INFO"]).map { ServerFacts(info: $0.bytes ?? []) }.flatMapError { error in
            guard case .server? = error as? RedisError else { return connection.eventLoop.makeFailedFuture(error) }
            return Self.askPolicy(connection)
        }
    }

    /// Whether the server told nothing.
    var isEmpty: Bool { self.fields.isEmpty }

    /// Names one run of one server; empty if the server does not tell.
    var run: String { self["run_id"] ?? "" }

    /// What the server calls itself, with its version, such as `valkey 8.1.1`; `nil` if it does not tell.
    var software: String? {
        // As `redis_version` a Valkey names, for good, the Redis that it is compatible with.
        if let version = self["valkey_version"] { return "\(self["server_name"] ?? "valkey") \(version)" }
        return self["redis_version"].map { "redis \($0)" }
    }

    /// Why the hub can't work with this server at all; `nil` if it can.
    /// - Parameter isCluster: Whether it was meant to be a node of a Redis Cluster.
    func whyUnusable(isCluster: Bool) -> String? {
        if let mistake = self.mistake(isCluster: isCluster) { return mistake }
        if self["role"] == "slave" {
            return "Redis is a replica, which can't be written to; the hub needs the primary"
        }
        guard let version = self["redis_version"], let numbers = self.version, numbers < (6, 2) else { return nil }
        return "Redis \(version) is too old; the hub needs 6.2 or later"
    }

    /// A hub that took a cluster for a single server would publish where the others don't listen.
    private func mistake(isCluster: Bool) -> String? {
        switch (self["cluster_enabled"], isCluster) {
        case ("1", false):
            "Redis is a node of a cluster; give the hubs its nodes as --bus redis+cluster://HOST:PORT,HOST:PORT"
        case ("0", true): "Redis is no node of a cluster; give the hubs --bus redis://HOST:PORT"
        case (nil, true): "Redis does not tell the hub's user about itself (INFO), which it has to in a cluster"
        default: nil
        }
    }

    /// Whether it is a node of a cluster that has channels of shards.
    var hasShards: Bool { self["cluster_enabled"] == "1" && (self.version ?? (0, 0)) >= (7, 0) }

    /// The version of Redis, or the one that it is compatible with.
    var version: (Int, Int)? {
        guard let version = self["redis_version"] else { return nil }
        let numbers = version.split(separator: ".").prefix(2).compactMap { Int($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }

    /// Why what the server holds may vanish; `nil` if it may not.
    var whyEvicting: String? {
        guard let policy = self["maxmemory_policy"], policy != "noeviction" else { return nil }
        return "Redis may evict what proves that no event is missing: set maxmemory-policy to noeviction, not \(policy)"
    }

    private static func askPolicy(_ connection: RedisCommandConnection) -> EventLoopFuture<ServerFacts> {
        connection.send(["CONFIG", "GET", "maxmemory-policy"]).map { reply in
            guard let pair = reply.array, pair.count == 2, let policy = pair[1].string else {
                return ServerFacts(info: "")
            }
            return ServerFacts(info: "maxmemory_policy:\(policy)")
        }.flatMapErrorThrowing { error in
            guard case .server? = error as? RedisError else { throw error }
            return ServerFacts(info: "")
        }
    }
}
