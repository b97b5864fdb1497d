import NIOCore
import RedisWire

/// Says where the server is that is to be connected to: asked anew for every connection.
protocol EndpointSource: Sendable {
    /// The primary, as far as is known now.
    /// - Returns: Its endpoint; fails with the reason if nobody knows.
    func primary(on eventLoop: any EventLoop) -> EventLoopFuture<RedisEndpoint>
}

/// One server, always the same.
struct FixedEndpoint: EndpointSource {
    let endpoint: RedisEndpoint

    func primary(on eventLoop: any EventLoop) -> EventLoopFuture<RedisEndpoint> {
        eventLoop.makeSucceededFuture(self.endpoint)
    }
}
