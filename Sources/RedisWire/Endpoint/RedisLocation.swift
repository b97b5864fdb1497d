/// Where Redis is to be had: one server, always the same, the one that sentinels name, or the one of a cluster.
public enum RedisLocation: Sendable, Hashable, CustomStringConvertible {
    /// A server.
    case server(RedisEndpoint)
    /// Whatever sentinels say.
    case sentinels(SentinelGroup)
    /// The node of a cluster that has the slot.
    case cluster(ClusterSeeds)

    /// Reads a URL: of a server as in `RedisEndpoint`, of sentinels as in `SentinelGroup`, of a cluster as in `ClusterSeeds`.
    /// - Throws: `InvalidRedisURL`, whose one line holds no part of the URL.
    public init(_ url: String) throws(InvalidRedisURL) {
        if let group = try SentinelGroup(url) {
            self = .sentinels(group)
        } else if let seeds = try ClusterSeeds(url) {
            self = .cluster(seeds)
        } else {
            self = .server(try RedisEndpoint(url))
        }
    }

    /// Hides what may be a password in a text that should be such a URL, so that an error can name the value.
    /// - Parameter url: Any text.
    /// - Returns: The text with `***` in place of all between `://` and the last `@`, and of the sentinels' password.
    public static func masking(_ url: String) -> String {
        let masked = RedisEndpoint.masking(url)
        guard let option = masked.firstRange(of: "sentinel_password=") else { return masked }
        let rest = masked[option.upperBound...]
        return masked[..<option.upperBound] + "***" + rest[(rest.firstIndex(of: "&") ?? rest.endIndex)...]
    }

    public var description: String {
        switch self {
        case .server(let endpoint): "\(endpoint)"
        case .sentinels(let group): "\(group)"
        case .cluster(let seeds): "\(seeds)"
        }
    }
}
