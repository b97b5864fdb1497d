import NIOCore
import NIOSSL

extension RedisEndpoint {
    /// The name for server name indication and for the check of the certificate; `nil` for an address, which is checked
    /// against the socket's.
    var nameForTLS: String? {
        if let name = self.tls?.serverName { return name }
        guard case .tcp(let host, let port) = self.address else { return nil }
        return (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
    }
}

extension RedisTLS {
    /// How long a close waits for the other side's farewell. A server that is stuck must not hold the descriptor.
    private static let shutdownTimeout = TimeAmount.milliseconds(500)

    /// Reads the certificates; blocks.
    func makeContext() throws(RedisError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.shutdownTimeout = Self.shutdownTimeout
        configuration.certificateVerification = self.verifies ? .fullVerification : .none
        if let file = self.authorityFile { configuration.trustRoots = .file(file) }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            let source = self.authorityFile.map { "the authorities' file \($0)" } ?? "the system's certificates"
            throw .connectFailed("TLS: can't use \(source): \(error)")
        }
    }
}
