import Foundation
import TestSupport

/// A Unix socket that a process can send datagrams to: what systemd listens on for a service's state.
final class DatagramSocket {
    /// What `NOTIFY_SOCKET` says.
    let name: String
    private let descriptor: CInt
    private(set) var received: [String] = []

    /// Binds a socket.
    /// - Parameter isAbstract: Whether its name is one of Linux's abstract ones, or a path.
    init(isAbstract: Bool) throws {
        let folder = isAbstract ? "@" : FileManager.default.temporaryDirectory.path + "/"
        self.name = "\(folder)hub-\(UUID().uuidString)"
        self.descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(self.name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            path.copyBytes(from: name)
            if isAbstract { path[0] = 0 }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(self.descriptor, $0, length) }
        }
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EINVAL) }
    }

    deinit {
        close(self.descriptor)
        unlink(self.name)
    }

    /// Waits until it has received datagrams that fulfil a condition.
    func wait(_ what: String, until condition: ([String]) -> Bool) async throws {
        try await eventually("\(what), but: \(self.received)") {
            var buffer = [UInt8](repeating: 0, count: 256)
            while case let count = recv(self.descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT)), count > 0 {
                self.received.append(String(decoding: buffer[..<count], as: UTF8.self))
            }
            return condition(self.received)
        }
    }
}
