import NIOCore
import NIOPosix

/// Ports for servers that have to come back under the number they had.
public enum FreePort {
    /// A port that nobody listens on.
    ///
    /// It lies below the range from which the system takes the ports of outgoing connections: while the server is down,
    /// a client that connects to a port of that range over and over can be given the same number, and meets itself.
    public static func find() async throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: 12_000..<32_000)
            let listener = try? await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .bind(host: "127.0.0.1", port: port).get()
            guard let listener else { continue }
            try await listener.close().get()
            return port
        }
        throw ChildProcess.Failure(description: "no free port was found")
    }
}
