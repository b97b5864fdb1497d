public import ByteStrings
public import HubCore
public import NIOCore

/// That an application allows somebody to subscribe to some topics. A class, since every stream that was allowed keeps one.
public final class Approval: Sendable {
    /// Whom the application takes it for.
    public let subject: ByteString?
    /// When it was asked for, in seconds since 1970.
    public let issued: Double
    /// When it ends, in seconds since 1970; `nil` if it lasts as long as the stream.
    public let expires: Double?
    private let topics: Set<Topic>

    init(topics: Set<Topic>, subject: ByteString?, issued: Double, expires: Double?) {
        self.topics = topics
        self.subject = subject
        self.issued = issued
        self.expires = expires
    }

    /// Whether a topic is one of them.
    public func covers(_ topic: Topic) -> Bool { self.topics.contains(topic) }

    /// For how long it holds from now on; `nil` if it has no end of its own.
    public var lifetime: TimeAmount? {
        self.expires.map { end in
            // No timer takes all that a number can say.
            .milliseconds(Int64(min(max(0, end * 1000 - Double(WallClock.milliseconds)), 1e12)))
        }
    }

    /// This one and another of the same subject, which holds until the first of them ends.
    /// - Returns: `nil` if the other is somebody else's.
    public func joined(by other: Approval) -> Approval? {
        guard other.subject == self.subject else { return nil }
        return Approval(
            topics: self.topics.union(other.topics), subject: self.subject, issued: min(self.issued, other.issued),
            expires: [self.expires, other.expires].compactMap(\.self).min())
    }
}
