import NIOCore

/// Nodes of a Redis Cluster that are asked where the others are.
///
///     redis+cluster://[user[:password]@]host[:port][,host[:port]…][?option=value…]
///     rediss+cluster://… the same over TLS: `ca`, `verify`, and `tls_name`
///
/// `tls_name` is the name in the certificates of nodes that are announced by address; without it it is that of the node that
/// announced them. A cluster has no databases.
public struct ClusterSeeds: Sendable, Hashable, CustomStringConvertible {
    /// Where they are; at least one.
    public private(set) var nodes: [RedisEndpoint] = []
    private let user: String?
    private let password: RedisPassword?
    private var tls: RedisTLS?

    /// Reads a URL; `nil` if it is none of a cluster.
    /// - Throws: `InvalidRedisURL`, whose one line holds no part of the URL.
    public init?(_ url: String) throws(InvalidRedisURL) {
        guard let parts = try HostListURL(url, kind: "cluster") else { return nil }
        guard parts.path?.isEmpty ?? true else {
            throw InvalidRedisURL(
                "a cluster has no databases: it must end with its nodes, as in redis+cluster://n1,n2,n3")
        }
        (self.user, self.password) = (parts.user, parts.password)
        self.tls = parts.isEncrypted ? RedisTLS() : nil
        for (name, value) in parts.options { try self.read(name, value) }
        for host in parts.hosts {
            guard case .tcp(let host, let port) = try RedisURLParser.tcpAddress(host) else { continue }
            self.nodes.append(self.endpoint(host, port, announcedBy: nil))
        }
    }

    /// The endpoint of a node that another one has announced.
    /// - Parameters:
    ///   - host: Its name or address as announced; empty for that of the node that was asked.
    ///   - port: Its port.
    ///   - asked: The node that was asked.
    public func node(host: String, port: Int, by asked: RedisEndpoint) -> RedisEndpoint {
        guard case .tcp(let askedHost, _) = asked.address else { return asked }
        return self.endpoint(host.isEmpty ? askedHost : host, port, announcedBy: asked.nameForTLS)
    }

    /// The URL, with `***` for the password.
    public var description: String {
        let hosts = self.nodes.map { node in
            guard case .tcp(let host, let port) = node.address else { return "" }
            return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
        let credentials = self.password == nil ? "" : "\(self.user ?? ""):***@"
        return "\(self.tls == nil ? "redis" : "rediss")+cluster://\(credentials)\(hosts.joined(separator: ","))"
    }

    /// A certificate seldom has an address in it.
    private func endpoint(_ host: String, _ port: Int, announcedBy name: String?) -> RedisEndpoint {
        var tls = self.tls
        let isAddress = (try? SocketAddress(ipAddress: host, port: port)) != nil
        tls?.serverName = isAddress ? self.tls?.serverName ?? name : nil
        return RedisEndpoint(.tcp(host: host, port: port), tls: tls, user: self.user, password: self.password)
    }

    private mutating func read(_ name: Substring, _ value: String) throws(InvalidRedisURL) {
        switch name {
        case "ca" where self.tls != nil: self.tls?.authorityFile = value
        case "verify" where self.tls != nil: self.tls?.verifies = try RedisURLParser.verifies(value)
        case "tls_name" where self.tls != nil: self.tls?.serverName = value
        default: throw InvalidRedisURL("its options may be ca, verify and tls_name, with rediss+cluster://")
        }
    }
}
