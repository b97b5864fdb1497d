/// Takes a Redis URL apart.
///
/// No error repeats any part of the URL: when a password holds an unescaped `/`, `?` or `:`, what looks like a port or an
/// option is a piece of the password.
struct RedisURLParser {
    private(set) var address: RedisEndpoint.Address
    private(set) var tls: RedisTLS?
    private(set) var user: String?
    private(set) var password: String?
    private(set) var database = 0

    init(_ url: String) throws(InvalidRedisURL) {
        guard let colon = url.firstRange(of: "://") else {
            throw InvalidRedisURL("it must begin with redis://, rediss:// or unix://")
        }
        let (hierarchy, query) = Self.split(url[colon.upperBound...], at: "?")
        let slash = hierarchy.firstIndex(of: "/") ?? hierarchy.endIndex
        let path = hierarchy[slash...]
        let (credentials, host) = Self.splitCredentials(hierarchy[..<slash])
        switch url[..<colon.lowerBound].lowercased() {
        case "redis":
            self.address = try Self.tcpAddress(host)
        case "rediss":
            self.address = try Self.tcpAddress(host)
            self.tls = RedisTLS()
        case "unix", "redis+unix":
            self.address = try Self.unixAddress(host: host, path: path)
        default:
            throw InvalidRedisURL("it must begin with redis://, rediss:// or unix://")
        }
        if case .tcp = self.address, path.count > 1 {
            self.database = try Self.number(path.dropFirst(), called: "database", in: 0...Int(Int32.max))
        }
        try self.readCredentials(credentials)
        try self.readQuery(query)
    }

    static func split(_ text: Substring, at separator: Character) -> (Substring, Substring?) {
        guard let index = text.firstIndex(of: separator) else { return (text, nil) }
        return (text[..<index], text[text.index(after: index)...])
    }

    /// The last `@` counts, so that a password with an unescaped one works.
    static func splitCredentials(_ authority: Substring) -> (Substring?, Substring) {
        guard let at = authority.lastIndex(of: "@") else { return (nil, authority) }
        return (authority[..<at], authority[authority.index(after: at)...])
    }

    static func number(
        _ text: Substring, called name: String, in range: ClosedRange<Int>
    ) throws(InvalidRedisURL) -> Int {
        let digits = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard digits, let number = Int(text), range.contains(number) else {
            throw InvalidRedisURL(
                "its \(name) must be a number from \(range.lowerBound) to \(range.upperBound)"
                    + " (percent-encode '/', '?' and '#' in a password)")
        }
        return number
    }
}

// MARK: - Addresses

extension RedisURLParser {
    static func tcpAddress(
        _ text: Substring, defaultPort: Int = RedisEndpoint.defaultPort
    ) throws(InvalidRedisURL) -> RedisEndpoint.Address {
        let (host, port) = try Self.splitHost(text)
        let allowed = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard !host.isEmpty, allowed, !host.contains("#") else {
            throw InvalidRedisURL("it must name a host, such as redis://127.0.0.1:6379 or redis://[::1]:6379")
        }
        guard let port, !port.isEmpty else { return .tcp(host: String(host), port: defaultPort) }
        return .tcp(host: String(host), port: try Self.number(port, called: "port", in: 1...65535))
    }

    private static func splitHost(_ text: Substring) throws(InvalidRedisURL) -> (Substring, Substring?) {
        guard text.first == "[" else { return Self.split(text, at: ":") }
        guard let end = text.firstIndex(of: "]") else {
            throw InvalidRedisURL("its IPv6 address must end with ']'")
        }
        let rest = text[text.index(after: end)...]
        guard rest.isEmpty || rest.first == ":" else {
            throw InvalidRedisURL("only a port may follow the ']' of its IPv6 address")
        }
        return (text[text.index(after: text.startIndex)..<end], rest.isEmpty ? nil : rest.dropFirst())
    }

    private static func unixAddress(
        host: Substring, path: Substring
    ) throws(InvalidRedisURL) -> RedisEndpoint.Address {
        guard host.isEmpty, path.count > 1 else {
            throw InvalidRedisURL("it must name an absolute path, such as unix:///run/redis.sock (three slashes)")
        }
        guard let decoded = PercentDecoding.decode(path), decoded.utf8.count < 108 else {
            throw InvalidRedisURL("its path must be valid percent-encoded UTF-8 of at most 107 bytes")
        }
        return .unix(path: decoded)
    }
}

// MARK: - Credentials and options

extension RedisURLParser {
    private mutating func readCredentials(_ text: Substring?) throws(InvalidRedisURL) {
        (self.user, self.password) = try Self.credentials(text)
    }

    static func credentials(_ text: Substring?) throws(InvalidRedisURL) -> (user: String?, password: String?) {
        guard let text else { return (nil, nil) }
        let (name, secret) = Self.split(text, at: ":")
        guard let user = PercentDecoding.decode(name), let password = PercentDecoding.decode(secret ?? "") else {
            throw InvalidRedisURL("its user and password must be valid percent-encoded UTF-8 (write '%' as %25)")
        }
        guard user.isEmpty || !password.isEmpty else {
            throw InvalidRedisURL("a user needs a password: write user:password@, or :password@ for the default user")
        }
        return (user.isEmpty ? nil : user, password.isEmpty ? nil : password)
    }

    private mutating func readQuery(_ text: Substring?) throws(InvalidRedisURL) {
        for (name, value) in try Self.options(text) { try self.readOption(name, value) }
    }

    static func options(_ text: Substring?) throws(InvalidRedisURL) -> [(name: Substring, value: String)] {
        var options: [(name: Substring, value: String)] = []
        for option in text?.split(separator: "&") ?? [] {
            let (name, text) = Self.split(option, at: "=")
            guard let value = text.flatMap(PercentDecoding.decode), !value.isEmpty else {
                throw InvalidRedisURL("each of its options must be name=value, percent-encoded")
            }
            options.append((name, value))
        }
        return options
    }

    private mutating func readOption(_ name: Substring, _ value: String) throws(InvalidRedisURL) {
        switch name {
        case "db":
            self.database = try Self.number(Substring(value), called: "database", in: 0...Int(Int32.max))
        case "ca" where self.tls != nil:
            self.tls?.authorityFile = value
        case "verify" where self.tls != nil:
            self.tls?.verifies = try Self.verifies(value)
        default:
            throw InvalidRedisURL("its options may be db, and with rediss:// also ca and verify")
        }
    }
}

extension RedisURLParser {
    static func verifies(_ value: String) throws(InvalidRedisURL) -> Bool {
        guard value == "full" || value == "none" else {
            throw InvalidRedisURL("its option 'verify' must be full or none")
        }
        return value == "full"
    }
}

extension InvalidRedisURL {
    init(_ reason: String) {
        self.init(reason: reason)
    }
}

/// What is wrong with a Redis URL, in one line that holds no part of the URL, and so no password.
public struct InvalidRedisURL: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and what is accepted instead.
    public let reason: String

    public var description: String { self.reason }
}
