/// Why a Redis connection did not do what it was asked for. The descriptions are one line each, for an operator.
public enum RedisError: Error, Hashable, Sendable {
    /// There is no connection: the network, TLS, the password or the server's state said no.
    case connectFailed(String)
    /// The connection was open and is gone: the other side closed it, the network broke, or nothing came any more.
    case closed(String)
    /// The command can't have been executed, since it was not written.
    case notSent(String)
    /// The command was written, and its reply never came: it may have been executed or not.
    case outcomeUnknown(String)
    /// The server's error reply, whole; its first word is the error's code, such as `NOSCRIPT`.
    case server(String)
    /// What came is no answer of a Redis server; the connection is closed.
    case protocolViolation(String)
}

extension RedisError {
    /// The first word of a server's error reply, such as `NOSCRIPT`; `nil` for any other error.
    public var serverCode: Substring? {
        guard case .server(let message) = self else { return nil }
        return message.prefix { $0 != " " }
    }
}

extension RedisError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .connectFailed(let reason): "cannot connect to Redis: \(reason)"
        case .closed(let reason): "the connection to Redis is gone: \(reason)"
        case .notSent(let reason): "not sent to Redis: \(reason)"
        case .outcomeUnknown(let reason): "sent to Redis, outcome unknown: \(reason)"
        case .server(let message): "Redis answered: \(message)"
        case .protocolViolation(let reason): "Redis broke the protocol: \(reason)"
        }
    }
}
