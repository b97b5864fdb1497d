extension RedisEndpoint {
    /// Makes an endpoint of its parts.
    init(_ address: Address, tls: RedisTLS?, user: String?, password: RedisPassword?, database: Int = 0) {
        self.address = address
        self.tls = tls
        self.user = user
        self.password = password
        self.database = database
    }

    /// Reads a URL.
    /// - Parameter url: The URL, as in the type's description.
    /// - Throws: `InvalidRedisURL`, whose one line never holds the password.
    public init(_ url: String) throws(InvalidRedisURL) {
        let parsed = try RedisURLParser(url)
        self.address = parsed.address
        self.tls = parsed.tls
        self.user = parsed.user
        self.password = parsed.password.map { RedisPassword($0) }
        self.database = parsed.database
    }

    /// Hides what may be a password in a text that should be a Redis URL, so that an error can name the value.
    /// - Parameter url: Any text.
    /// - Returns: The text with `***` in place of all between `://` and the last `@`.
    public static func masking(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@") else { return url }
        let scheme = url[..<at].firstRange(of: "://")
        return url[..<(scheme?.upperBound ?? url.startIndex)] + "***" + url[at...]
    }
}

extension RedisEndpoint: CustomStringConvertible {
    /// The endpoint as a URL, with `***` for the password.
    public var description: String {
        switch self.address {
        case .tcp(let host, let port):
            let bracketed = host.contains(":") ? "[\(host)]" : host
            let path = self.database == 0 ? "" : "/\(self.database)"
            return "\(self.tls == nil ? "redis" : "rediss")://\(self.credentials)\(bracketed):\(port)\(path)"
        case .unix(let path):
            return "unix://\(self.credentials)\(path)\(self.database == 0 ? "" : "?db=\(self.database)")"
        }
    }

    private var credentials: String {
        self.password == nil ? "" : "\(self.user ?? ""):***@"
    }
}
