public import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What was written to a channel and has not left for good: what its pipeline holds, and what the kernel does.
///
/// The descriptor is the channel's for as long as the channel is active, so it is looked at only until then.
public struct SendQueue {
    /// The channel's socket; -1 if it has none.
    public let descriptor: CInt
    let channel: any Channel

    /// The queue of a channel. Used only on its loop.
    public init(of channel: any Channel) {
        self.channel = channel
        let transport = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { $0 }
        self.descriptor = transport ?? -1
    }

    /// How many bytes the peer has not acknowledged.
    public var byteCount: Int { self.bufferedByteCount + self.unacknowledgedByteCount }

    /// What the pipeline holds.
    public var bufferedByteCount: Int {
        (try? self.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// What the kernel holds (tcp(7), SIOCOUTQ). Without it a slow client would seem to take nothing until much of the kernel's
    /// buffer is free.
    private var unacknowledgedByteCount: Int {
        #if os(Linux)
            var count: CInt = 0
            guard self.channel.isActive, self.descriptor >= 0, ioctl(self.descriptor, UInt(TIOCOUTQ), &count) == 0
            else { return 0 }
            return Int(count)
        #else
            return 0
        #endif
    }
}

@available(*, unavailable)
extension SendQueue: Sendable {}
