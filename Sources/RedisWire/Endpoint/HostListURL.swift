/// A URL that names several hosts, taken apart: `redis+KIND://[user[:password]@]host,host…[/path][?option=value…]`, and `rediss+KIND://`
/// the same over TLS.
struct HostListURL {
    let isEncrypted: Bool
    let user: String?
    let password: RedisPassword?
    let hosts: [Substring]
    /// What comes after the hosts' slash; `nil` without one.
    let path: Substring?
    let options: [(name: Substring, value: String)]

    /// Reads a URL; `nil` if it is of another kind.
    /// - Throws: `InvalidRedisURL`, whose one line holds no part of the URL.
    init?(_ url: String, kind: String) throws(InvalidRedisURL) {
        guard let colon = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<colon.lowerBound].lowercased()
        guard scheme == "redis+\(kind)" || scheme == "rediss+\(kind)" else { return nil }
        self.isEncrypted = scheme == "rediss+\(kind)"
        let (hierarchy, query) = RedisURLParser.split(url[colon.upperBound...], at: "?")
        let (authority, path) = RedisURLParser.split(hierarchy, at: "/")
        let (credentials, hosts) = RedisURLParser.splitCredentials(authority)
        let (user, password) = try RedisURLParser.credentials(credentials)
        self.user = user
        self.password = password.map { RedisPassword($0) }
        self.hosts = hosts.split(separator: ",", omittingEmptySubsequences: false)
        self.path = path
        self.options = try RedisURLParser.options(query)
    }
}
