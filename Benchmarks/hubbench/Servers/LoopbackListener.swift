import Foundation
import HubLoad

/// Listening on 127.0.0.1, on a port that the system chooses.
enum LoopbackListener {
    /// Begins to listen.
    /// - Returns: The listening descriptor, which does not block, and its port.
    /// - Throws: `LoadFailure`.
    static func open(backlog: CInt) throws(LoadFailure) -> (descriptor: CInt, port: Int) {
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && listen(descriptor, backlog) == 0
                    ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        guard code == 0 else { throw LoadFailure("can't listen on 127.0.0.1: \(String(cString: strerror(errno)))") }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A port that nobody listens on, for a server that must be told one.
    static func freePort() throws(LoadFailure) -> Int {
        let (descriptor, port) = try Self.open(backlog: 1)
        close(descriptor)
        return port
    }
}
