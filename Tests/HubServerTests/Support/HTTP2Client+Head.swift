import TestSupport

extension HTTP2Client {
    /// The head of a request for `/health/live`, in the order of RFC 9113, 8.3.1.
    static let head = [
        (":method", "GET"), (":scheme", "http"), (":path", "/health/live"), (":authority", "127.0.0.1"),
    ]

    /// The same with other values of fields that it has; `nil` leaves one out.
    static func head(_ changes: [String: String?]) -> [(String, String)] {
        self.head.compactMap { name, value in
            guard let change = changes[name] else { return (name, value) }
            return change.map { (name, $0) }
        }
    }

    /// Sends a head as it is, whatever it breaks.
    /// - Returns: Its stream.
    func begin(_ head: [(String, String)], isComplete: Bool = true) -> UInt32 {
        let id = self.nextID()
        self.send(block: Self.literals(head), isComplete: isComplete, on: id)
        return id
    }

    /// Sends a block of fields in as many frames as it takes (RFC 9113, 4.3).
    func send(block: [UInt8], isComplete: Bool, on id: UInt32) {
        let parts =
            block.isEmpty
            ? [0..<0]
            : stride(from: 0, to: block.count, by: Frame.maximumBytes).map {
                $0..<min($0 + Frame.maximumBytes, block.count)
            }
        for (index, part) in parts.enumerated() {
            var flags = index == parts.count - 1 ? Frame.endHeaders : 0
            if index == 0, isComplete { flags |= Frame.endStream }
            self.send(index == 0 ? .headers : .continuation, flags: flags, on: id, Array(block[part]))
        }
    }

    /// Encodes a block of fields byte by byte: literals without Huffman's code and without an index (RFC 7541, 6.2.2). NIO's encoder
    /// writes names as it knows them.
    static func literals(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { name, value in self.literal(name: Array(name.utf8), value: Array(value.utf8)) }
    }

    /// The same for one field, whose text may be none.
    static func literal(name: [UInt8], value: [UInt8]) -> [UInt8] { [0] + self.literal(name) + self.literal(value) }

    private static func literal(_ bytes: [UInt8]) -> [UInt8] { self.integer(bytes.count, prefix: 7) + bytes }

    /// A number (RFC 7541, 5.1).
    private static func integer(_ value: Int, prefix bits: Int) -> [UInt8] {
        let limit = 1 << bits - 1
        guard value >= limit else { return [UInt8(value)] }
        var (rest, bytes) = (value - limit, [UInt8(limit)])
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F | 0x80))
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// Asks for something that is always there: what came before has harmed the connection if there is no response.
    func isServed() async throws -> Bool {
        try await self.response(self.begin(Self.head)).status == "200"
    }

    /// Waits for the last word of the server.
    /// - Returns: Its error code.
    func lastWord() async throws -> UInt32? {
        try await eventually("the server should say GOAWAY") { try !self.goAways().isEmpty }
        return try self.goAways().last?.code
    }
}
