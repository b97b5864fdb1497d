import NIOCore
import NIOPosix

/// A port of the loopback address that nobody listens on.
func freePort() throws -> Int {
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    let channel = try bootstrap.bind(host: "127.0.0.1", port: 0).wait()
    defer { try? channel.close().wait() }
    return channel.localAddress?.port ?? 0
}
