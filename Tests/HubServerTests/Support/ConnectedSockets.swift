import Foundation

/// Connections that come in a row, as fast as one thread can make them, and say nothing.
final class ConnectedSockets {
    private let descriptors: [CInt]

    init(_ count: Int, port: Int) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        self.descriptors = try (0..<count).map { _ in
            let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            let status = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EINVAL) }
            return descriptor
        }
    }

    deinit {
        for descriptor in self.descriptors { close(descriptor) }
    }

    /// How many the server has closed.
    var closedCount: Int {
        self.descriptors.count { descriptor in
            var byte: UInt8 = 0
            let count = recv(descriptor, &byte, 1, CInt(MSG_DONTWAIT | MSG_PEEK))
            return count == 0 || (count < 0 && errno != EAGAIN)
        }
    }
}
