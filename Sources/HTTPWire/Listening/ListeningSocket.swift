public import NIOCore
import Synchronization

/// Keeps a listener open until it is asked to close: what breaks a listening socket (accept(2) may report the network's errors)
/// must not leave a hub that lives and takes nobody.
public final class ListeningSocket: Sendable {
    private struct State {
        var channel: (any Channel)?
        var isClosing = false
    }

    private static let retryInterval = TimeAmount.seconds(1)

    private let listener: Listener
    private let group: any EventLoopGroup
    private let log: ListeningLog
    private let state = Mutex(State())

    /// Makes one that does not listen yet.
    public init(_ listener: Listener, group: any EventLoopGroup, log: ListeningLog) {
        self.listener = listener
        self.group = group
        self.log = log
    }

    /// The listening channel, while there is one.
    public var channel: (any Channel)? { self.state.withLock { $0.channel } }

    /// Begins to listen.
    /// - Parameters:
    ///   - host: The address or name.
    ///   - port: The port; 0 lets the system choose.
    /// - Returns: The address.
    public func open(host: String, port: Int) -> EventLoopFuture<SocketAddress> {
        self.listener.bind(group: self.group, host: host, port: port).flatMapThrowing { channel in
            guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
            self.keep(channel, host: host, port: address.port ?? port)
            return address
        }
    }

    /// Ends listening.
    public func close() async {
        let channel = self.state.withLock { state in
            state.isClosing = true
            return state.channel
        }
        try? await channel?.close().get()
    }

    private func keep(_ channel: any Channel, host: String, port: Int) {
        let isClosing = self.state.withLock { state in
            state.channel = channel
            return state.isClosing
        }
        if isClosing { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in self.isLost(nil, host: host, port: port) }
    }

    private func isLost(_ error: (any Error)?, host: String, port: Int) {
        let isClosing = self.state.withLock { state in
            state.channel = nil
            return state.isClosing
        }
        guard !isClosing else { return }
        self.log.isLost(error)
        self.group.next().scheduleTask(in: Self.retryInterval) {
            self.open(host: host, port: port).whenFailure { self.isLost($0, host: host, port: port) }
        }
    }
}
