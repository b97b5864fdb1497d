#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A TCP connection by its descriptor. Whoever made it closes it.
public struct TCPSocket: Sendable {
    /// What became of a read.
    enum Received {
        case bytes(Int)
        case nothingYet
        case end
    }

    /// The number that the system knows it by.
    public let descriptor: CInt

    /// Connects, and waits for it. Reads and writes wait too, for at most a number of seconds.
    /// - Throws: ``LoadFailure``.
    public static func connected(to address: TCPAddress, timeout: Int = 10) throws(LoadFailure) -> TCPSocket {
        let socket = try Self.make(for: address, flags: 0)
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket.descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard address.withAddress({ connect(socket.descriptor, $0, $1) }) == 0 else {
            let failure = LoadFailure.system("can't connect")
            socket.closeAtOnce()
            throw failure
        }
        return socket
    }

    /// Begins to connect, and does not wait for anything.
    /// - Parameter receiveBuffer: How many bytes the kernel holds for a reader that does not read; `nil` for its default.
    /// - Throws: ``LoadFailure``.
    static func connecting(to address: TCPAddress, receiveBuffer: CInt?) throws(LoadFailure) -> TCPSocket {
        let socket = try Self.make(for: address, flags: CInt(SOCK_NONBLOCK.rawValue))
        if var size = receiveBuffer { socket.set(SOL_SOCKET, SO_RCVBUF, &size) }
        let code = address.withAddress { connect(socket.descriptor, $0, $1) }
        guard code == 0 || errno == EINPROGRESS else {
            let failure = LoadFailure.system("can't connect")
            socket.closeAtOnce()
            throw failure
        }
        return socket
    }

    private static func make(for address: TCPAddress, flags: CInt) throws(LoadFailure) -> TCPSocket {
        let descriptor = socket(address.family, CInt(SOCK_STREAM.rawValue) | flags | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw LoadFailure.system("can't open a socket") }
        let socket = TCPSocket(descriptor: descriptor)
        var on: CInt = 1
        socket.set(CInt(IPPROTO_TCP), TCP_NODELAY, &on)
        // A reset at the end: thousands of connections that linger would use up the ports of the next run.
        var abort = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
        return socket
    }

    private func set(_ level: CInt, _ option: CInt, _ value: inout CInt) {
        setsockopt(self.descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    /// What became of the attempt to connect; 0 if it was successful.
    var connectError: CInt {
        var code: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(self.descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        return code
    }

    /// Sends bytes.
    /// - Returns: Whether the kernel took all of them.
    public func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { rest in
                sendOnce(self.descriptor, UnsafeRawBufferPointer(rebasing: rest[sent...]))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Reads what there is, as far as the buffer goes.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Received {
        let count = recv(self.descriptor, buffer.baseAddress, buffer.count, 0)
        if count > 0 { return .bytes(count) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothingYet : .end
    }

    /// Reads some bytes, and waits for them.
    /// - Returns: `nil` at the end, or if the peer says nothing for too long.
    public func receive() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let received = bytes.withUnsafeMutableBytes { self.receive(into: $0) }
        guard case .bytes(let count) = received else { return nil }
        return Array(bytes[..<count])
    }

    /// Closes the connection.
    public func closeAtOnce() {
        close(self.descriptor)
    }
}

private func sendOnce(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
}
