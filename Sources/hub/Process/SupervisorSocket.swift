#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Tells the supervisor that started the hub how it is, one datagram a state, as sd_notify(3) describes.
///
/// systemd names the socket in `NOTIFY_SOCKET`: a path, or an abstract name after `@`. A supervisor that does not take the
/// datagram costs a state and nothing else.
struct SupervisorSocket: Sendable {
    /// What can be told.
    enum State: String {
        /// It listens.
        case ready = "READY=1"
        /// It is ending.
        case stopping = "STOPPING=1"
        /// Its loops turn.
        case alive = "WATCHDOG=1"
    }

    private let name: String
    /// Open from the beginning to the end, so that a hub that has no more files to open is not taken for one that hangs.
    private let descriptor: CInt
    /// How often the supervisor wants to hear that the hub is alive, in microseconds; `nil` if it does not.
    let watchdogMicroseconds: Int64?

    /// Reads what the supervisor has said.
    /// - Returns: `nil` if there is none that wants to be told.
    init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
        guard let name = environment["NOTIFY_SOCKET"], name.hasPrefix("/") || name.hasPrefix("@") else { return nil }
        self.name = name
        self.descriptor = socket(AF_UNIX, Self.datagram, 0)
        // Processes that the supervised one starts inherit the variables, and are not meant.
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let interval = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        self.watchdogMicroseconds = isMeant && interval > 0 ? interval : nil
    }

    /// Tells a state.
    func tell(_ state: State) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(self.name.utf8)
        let isStored = withUnsafeMutableBytes(of: &address.sun_path) { path in
            guard bytes.count < path.count else { return false }
            path.copyBytes(from: bytes)
            // An abstract name begins with a zero byte.
            if bytes.first == UInt8(ascii: "@") { path[0] = 0 }
            return true
        }
        guard isStored, self.descriptor >= 0 else { return }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let text = Array(state.rawValue.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                // The supervisor reads, or has bigger troubles than a state: a loop must not wait for it.
                _ = sendto(self.descriptor, text, text.count, CInt(MSG_DONTWAIT), pointer, length)
            }
        }
    }

    #if canImport(Glibc)
        private static let datagram = CInt(SOCK_DGRAM.rawValue)
    #else
        private static let datagram = SOCK_DGRAM
    #endif
}
