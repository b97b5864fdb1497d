/// What is wrong with a Redis URL, in one line that holds no part of the URL, and so no password.
public struct InvalidRedisURL: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and what is accepted instead.
    public let reason: String

    public var description: String { self.reason }
}
