import HubLoad

/// One request, for its status alone.
enum HTTPProbe {
    /// Whether a hub says that it publishes and delivers.
    static func isReady(port: Int) -> Bool {
        guard let address = try? TCPAddress(host: "127.0.0.1", port: port),
            let socket = try? TCPSocket.connected(to: address)
        else { return false }
        defer { socket.closeAtOnce() }
        guard socket.send(Array("GET /health/ready HTTP/1.1\r\nHost: hubbench\r\nConnection: close\r\n\r\n".utf8))
        else {
            return false
        }
        return socket.receive()?.starts(with: "HTTP/1.1 200".utf8) ?? false
    }
}
