import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The socket options of a TCP connection to Redis. Unix sockets refuse them.
enum TCPTuning {
    /// - Parameters:
    ///   - bootstrap: What to apply them to.
    ///   - silence: How long what was sent may stay without acknowledgement before the kernel gives the connection up.
    static func apply(to bootstrap: ClientBootstrap, silence: TimeAmount) -> ClientBootstrap {
        let tuned =
            bootstrap
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        #if os(Linux)
            let milliseconds = max(1, Int(silence.nanoseconds / 1_000_000))
            return tuned.channelOption(.tcpOption(.init(rawValue: TCP_USER_TIMEOUT)), value: milliseconds)
        #else
            return tuned
        #endif
    }
}
