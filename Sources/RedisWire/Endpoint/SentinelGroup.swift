/// Sentinels, and the name of the primary that they watch.
///
///     redis+sentinel://[user[:password]@]host[:port][,host[:port]…]/NAME[?option=value…]
///     rediss+sentinel://… the same over TLS, to the sentinels too
///
/// User and password are those of the servers. Options: `db`; `sentinel_user` and `sentinel_password` for the sentinels, which get
/// none otherwise; with TLS `ca` and `verify`, and `sentinel_tls=off` for sentinels without it.
public struct SentinelGroup: Sendable, Hashable, CustomStringConvertible {
    /// The port of a sentinel when the URL names none.
    public static let defaultPort = 26379

    /// The primary's name.
    public let name: String
    /// Where they are; at least one.
    public private(set) var sentinels: [RedisEndpoint] = []
    private let user: String?
    private let password: RedisPassword?
    private var tls: RedisTLS?
    private var database = 0

    /// Reads a URL; `nil` if it is none of sentinels.
    /// - Throws: `InvalidRedisURL`, whose one line holds no part of the URL.
    public init?(_ url: String) throws(InvalidRedisURL) {
        guard let parts = try HostListURL(url, kind: "sentinel") else { return nil }
        guard let name = parts.path.flatMap(PercentDecoding.decode), !name.isEmpty,
            !name.utf8.contains(where: { $0 <= 0x20 })
        else {
            throw InvalidRedisURL("it must end with the primary's name, as in redis+sentinel://s1,s2,s3/mymaster")
        }
        self.name = name
        (self.user, self.password) = (parts.user, parts.password)
        self.tls = parts.isEncrypted ? RedisTLS() : nil
        try self.read(parts.hosts, parts.options)
    }

    /// The endpoint of a server that a sentinel names.
    public func server(host: String, port: Int) -> RedisEndpoint {
        RedisEndpoint(
            .tcp(host: host, port: port), tls: self.tls, user: self.user, password: self.password,
            database: self.database)
    }

    /// The URL, with `***` for the password.
    public var description: String {
        let hosts = self.sentinels.map { "\($0)".drop { $0 != "/" }.dropFirst(2) }.map {
            $0.split(separator: "@").last ?? $0
        }
        let credentials = self.password == nil ? "" : "\(self.user ?? ""):***@"
        return
            "\(self.tls == nil ? "redis" : "rediss")+sentinel://\(credentials)\(hosts.joined(separator: ","))/\(self.name)"
    }

    private mutating func read(
        _ hosts: [Substring], _ options: [(name: Substring, value: String)]
    ) throws(InvalidRedisURL) {
        var (user, password, isPlain): (String?, String?, Bool) = (nil, nil, false)
        for (name, value) in options {
            switch name {
            case "sentinel_user": user = value
            case "sentinel_password": password = value
            case "sentinel_tls" where self.tls != nil: isPlain = try Self.isOff(value)
            case "db":
                self.database = try RedisURLParser.number(Substring(value), called: "database", in: 0...Int(Int32.max))
            case "ca" where self.tls != nil: self.tls?.authorityFile = value
            case "verify" where self.tls != nil: self.tls?.verifies = try RedisURLParser.verifies(value)
            default:
                throw InvalidRedisURL(
                    "its options may be db, sentinel_user and sentinel_password, and with rediss+sentinel:// also ca, verify and sentinel_tls"
                )
            }
        }
        guard user == nil || password != nil else {
            throw InvalidRedisURL("a sentinel_user needs a sentinel_password")
        }
        for host in hosts {
            self.sentinels.append(
                RedisEndpoint(
                    try RedisURLParser.tcpAddress(host, defaultPort: Self.defaultPort), tls: isPlain ? nil : self.tls,
                    user: user, password: password.map { RedisPassword($0) }))
        }
    }

    private static func isOff(_ value: String) throws(InvalidRedisURL) -> Bool {
        guard value == "on" || value == "off" else {
            throw InvalidRedisURL("its option 'sentinel_tls' must be on or off")
        }
        return value == "off"
    }
}
