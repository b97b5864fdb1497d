public import NIOCore

/// Carries messages from each member of a cluster to all, past topics and logs: whoever is connected gets them, and nobody else
/// ever does.
public protocol MemberChannel: Sendable {
    /// Names who hears the messages of all members, one's own included.
    /// - Parameter listener: Is called on the bus's loop.
    func hearMembers(_ listener: @escaping @Sendable ([UInt8]) -> Void)

    /// Sends a message to all members.
    /// - Parameter message: At most 32 MiB.
    /// - Returns: When it is sent; or a `BusError`.
    func tellMembers(_ message: [UInt8]) -> EventLoopFuture<Void>
}
