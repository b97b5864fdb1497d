import HubLoad

/// One request, for its status or for one figure.
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

    /// Asks a hub what its console asks, and reads the answer.
    static func ask(_ question: String, of target: LoadTarget) {
        guard let socket = try? TCPSocket.connected(to: target.address) else { return }
        defer { socket.closeAtOnce() }
        let head = """
            POST /console/ask HTTP/1.1\r\nHost: hubbench\r\nConnection: close\r\nContent-Type: application/json\r\n\
            Content-Length: \(question.utf8.count)\r\n\r\n
            """
        guard socket.send(Array((head + question).utf8)) else { return }
        while let bytes = socket.receive(), !bytes.isEmpty {}
    }

    /// A metric without labels.
    /// - Throws: `LoadFailure` if the server does not tell it.
    static func metric(_ name: String, of target: LoadTarget) throws(LoadFailure) -> Double {
        let socket = try TCPSocket.connected(to: target.address)
        defer { socket.closeAtOnce() }
        var text: [UInt8] = []
        if socket.send(Array("GET /metrics HTTP/1.1\r\nHost: hubbench\r\nConnection: close\r\n\r\n".utf8)) {
            while let bytes = socket.receive(), !bytes.isEmpty { text += bytes }
        }
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: "\(name) ".utf8) {
            if let value = Double(String(decoding: line.dropFirst(name.utf8.count + 1), as: UTF8.self)) { return value }
        }
        throw LoadFailure("the hub does not tell \(name)")
    }
}
