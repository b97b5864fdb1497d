import NIOCore
import RedisWire

/// What the hub wants to know of a server before, and while, it relies on it: parts of the answer to `INFO`.
struct ServerFacts: Sendable {
    private let fields: [Substring: Substring]

    /// Reads the lines of `INFO`: comments, and `name:value`.
    init(info: String) {
        var fields: [Substring: Substring] = [:]
        for line in info.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        self.fields = fields
    }

    /// Asks a server. One that doesn't tell is taken as it is.
    static func ask(_ connection: RedisCommandConnection) -> EventLoopFuture<ServerFacts> {
        connection.send(["INFO"]).map { ServerFacts(info: $0.string ?? "") }.flatMapError { error in
            guard case .server? = error as? RedisError else { return connection.eventLoop.makeFailedFuture(error) }
            return Self.askPolicy(connection)
        }
    }

    /// Whether the server told nothing.
    var isEmpty: Bool { self.fields.isEmpty }

    /// Names one run of one server; empty if the server does not tell.
    var run: String { String(self.fields["run_id"] ?? "") }

    /// Why the hub can't work with this server at all; `nil` if it can.
    var whyUnusable: String? {
        if self.fields["role"] == "slave" {
            return "Redis is a replica, which can't be written to; the hub needs the primary"
        }
        guard let version = self.fields["redis_version"] else { return nil }
        let numbers = version.split(separator: ".").prefix(2).compactMap { Int($0) }
        guard numbers.count == 2, (numbers[0], numbers[1]) < (6, 2) else { return nil }
        return "Redis \(version) is too old; the hub needs 6.2 or later"
    }

    /// Why what the server holds may vanish; `nil` if it may not.
    var whyEvicting: String? {
        guard let policy = self.fields["maxmemory_policy"], policy != "noeviction" else { return nil }
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
