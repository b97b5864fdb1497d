import HubLoad

/// What Redis has counted.
enum RedisProbe {
    /// How many commands were carried out, those inside scripts among them.
    static func commandCount(port: Int) throws -> Int {
        let socket = try TCPSocket.connected(to: try TCPAddress(host: "127.0.0.1", port: port))
        defer { socket.closeAtOnce() }
        guard socket.send(Array("INFO commandstats\r\n".utf8)) else { throw LoadFailure("Redis is gone") }
        var text = ""
        // The reply's first line says how long the rest is.
        repeat {
            guard let bytes = socket.receive() else { throw LoadFailure("Redis does not answer") }
            text += String(decoding: bytes, as: UTF8.self)
        } while !Self.isComplete(text)
        return text.matches(of: /cmdstat_(\S+?):calls=(\d+)/).reduce(0) { sum, match in
            match.1 == "info" ? sum : sum + (Int(match.2) ?? 0)
        }
    }

    private static func isComplete(_ reply: String) -> Bool {
        guard let head = reply.firstMatch(of: /^\$(\d+)\r\n/), let length = Int(head.1) else { return false }
        return reply.utf8.count >= head.0.utf8.count + length + 2
    }
}
