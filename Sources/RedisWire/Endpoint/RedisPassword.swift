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
