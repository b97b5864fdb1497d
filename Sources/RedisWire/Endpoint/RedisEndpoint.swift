/// Where a Redis server is and how to log in: the value of `redis://`, `rediss://` and `unix://` URLs.
///
///     redis://[user[:password]@]host[:port][/database]
///     rediss://… the same over TLS; ?ca=/file.pem trusts only that file's authorities, ?verify=none trusts anyone
///     unix://[user[:password]@]/path/to/socket[?db=database]   (also redis+unix://)
///
/// User and password are percent-decoded; an IPv6 address stands in brackets. Descriptions never show the password.
public struct RedisEndpoint: Sendable, Hashable {
    /// The socket to connect to.
    public enum Address: Sendable, Hashable {
        /// A host's name or address, and a port.
        case tcp(host: String, port: Int)
        /// The path of a Unix domain socket.
        case unix(path: String)
    }

    /// The port when the URL names none.
    public static let defaultPort = 6379

    /// The socket to connect to.
    public let address: Address
    /// How to use TLS; `nil` for none.
    public let tls: RedisTLS?
    /// The user of `AUTH`; `nil` for the default one.
    public let user: String?
    /// The password of `AUTH`; `nil` for none.
    public let password: RedisPassword?
    /// The database of `SELECT`.
    public let database: Int
}

/// How a connection uses TLS.
public struct RedisTLS: Sendable, Hashable {
    /// A PEM file with the authorities to trust; `nil` for those of the system.
    public var authorityFile: String?
    /// Whether the server's certificate and its host name are checked.
    public var verifies: Bool
    /// The name that the certificate is to have; `nil` for the host that is connected to.
    public var serverName: String?

    /// Makes the options.
    /// - Parameters:
    ///   - authorityFile: A PEM file with the authorities to trust; `nil` for those of the system.
    ///   - verifies: Whether the server's certificate and its host name are checked.
    public init(authorityFile: String? = nil, verifies: Bool = true) {
        self.authorityFile = authorityFile
        self.verifies = verifies
    }
}

/// A password that does not show itself when it is printed, logged or dumped.
public struct RedisPassword: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The password itself.
    let secret: String

    /// Wraps a password.
    public init(_ secret: String) {
        self.secret = secret
    }

    public var description: String { "***" }
    public var debugDescription: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
