import NIOCore
import NIOPosix

/// Ports for servers that have to come back under the number they had.
public enum FreePort {
    /// A port that nobody listens on.
    ///
    /// - Parameter distance: If it is not 0, nobody listens on the port so far above it either.
    /// It lies below the range from which the system takes the ports of outgoing connections: while the server is down,
    /// a client that connects to a port of that range over and over can be given the same number, and meets itself.
    public static func find(withPortAbove distance: Int = 0) async throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: 12_000..<32_000)
            guard try await self.isFree(port) else { continue }
            if distance != 0, try await !self.isFree(port + distance) { continue }
            return port
        }
        throw ChildProcess.Failure(description: "no free port was found")
    }

    private static func isFree(_ port: Int) async throws -> Bool {
        let listener = try? await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: port).get()
        try await listener?.close().get()
        return listener != nil
    }
}
