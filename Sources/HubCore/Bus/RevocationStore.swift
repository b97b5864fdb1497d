public import ByteStrings
public import NIOCore

/// That tokens of a subject count no more.
public struct Revocation: Hashable, Sendable {
    /// Whose they are.
    public let subject: ByteString
    /// Up to when they were issued, in milliseconds since 1970.
    public let time: UInt64

    /// Makes a revocation.
    public init(subject: ByteString, time: UInt64) {
        self.subject = subject
        self.time = time
    }
}

/// Where all members of a cluster find what was revoked, also after they were started anew.
public protocol RevocationStore: Sendable {
    /// Remembers that tokens of a subject that were issued up to now count no more.
    /// - Returns: What is remembered; or a `BusError`.
    func revoke(_ subject: ByteString) -> EventLoopFuture<Revocation>

    /// Asks for what was revoked.
    /// - Parameter time: From when on, in milliseconds since 1970.
    /// - Returns: All of it, on the bus's loop; or a `BusError`.
    func revocations(since time: UInt64) -> EventLoopFuture<[Revocation]>
}
