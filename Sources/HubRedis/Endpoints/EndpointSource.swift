import NIOCore
import RedisWire

/// Says where the server is that is to be connected to: asked anew for every connection. Confined to the bus's loop.
protocol EndpointSource: AnyObject {
    /// Begins to look.
    /// - Parameter onMove: Called when another server is the one now, so that connections to the one before are to be given up,
    ///   though they may work.
    func start(onMove: @escaping () -> Void)

    /// The primary, as far as is known now.
    /// - Returns: Its endpoint; fails with the reason if nobody knows.
    func primary() -> EventLoopFuture<RedisEndpoint>

    /// The server there was found to be a primary, and is used.
    func accepted(_ endpoint: RedisEndpoint)

    /// A server says that another one is in charge.
    /// - Parameters:
    ///   - message: Its error reply, `MOVED SLOT HOST:PORT`.
    ///   - endpoint: The server that says it.
    func redirected(_ message: String, by endpoint: RedisEndpoint)

    /// The server refuses work: another one may be in charge.
    func doubt()

    func stop()

    /// Whether servers are to be nodes of a Redis Cluster.
    var isCluster: Bool { get }
}

extension EndpointSource {
    var isCluster: Bool { false }
    func redirected(_ message: String, by endpoint: RedisEndpoint) {}
    func doubt() {}
}

/// One server, always the same.
final class FixedEndpoint: EndpointSource {
    private let endpoint: RedisEndpoint
    private let eventLoop: any EventLoop

    init(_ endpoint: RedisEndpoint, on eventLoop: any EventLoop) {
        self.endpoint = endpoint
        self.eventLoop = eventLoop
    }

    func start(onMove: @escaping () -> Void) {}
    func primary() -> EventLoopFuture<RedisEndpoint> { self.eventLoop.makeSucceededFuture(self.endpoint) }
    func accepted(_ endpoint: RedisEndpoint) {}
    func stop() {}
}
