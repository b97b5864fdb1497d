import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Lets a listener rest while the process or the system lacks what a connection needs (accept(2)): the kernel goes on reporting
/// a connection that can't be accepted, and whoever tries at once again does nothing else. Meanwhile connections wait in the
/// kernel's queue.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    /// For how long it rests before it tries again.
    static let length = TimeAmount.milliseconds(200)

    private let queue: AcceptQueue
    /// Is told of each rest, and of the error that began it.
    private let onPause: (IOError) -> Void

    init(_ queue: AcceptQueue, onPause: @escaping (IOError) -> Void) {
        self.queue = queue
        self.onPause = onPause
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.queue.enter(from: context.channel)
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, Self.isShortage(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        let channel = context.channel
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        channel.eventLoop.assumeIsolated().scheduleTask(in: Self.length) {
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
        self.onPause(error)
    }

    private static func isShortage(_ code: CInt) -> Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code)
    }
}

@available(*, unavailable)
extension AcceptPause: Sendable {}
