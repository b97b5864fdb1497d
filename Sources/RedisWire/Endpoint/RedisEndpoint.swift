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
