/// An answer to a publish request, as far as it has come (RFC 9112).
struct PublishAnswer {
    /// More than a hub says of the most events that a request may have, in bytes.
    private static let maximumByteCount = 4 << 20

    private var bytes: [UInt8] = []
    private var headEnd: Int?
    private var fields: [String: String] = [:]
    private(set) var statusLine = ""

    mutating func append(_ more: [UInt8]) {
        self.bytes += more
        if self.headEnd == nil { self.readHead() }
    }

    /// Whether it is too long to be a hub's.
    var isTooLong: Bool {
        self.bytes.count > Self.maximumByteCount || self.headEnd == nil && self.bytes.count > Self.maximumByteCount / 64
    }

    /// Whether all of it is there. An answer that ends only with its connection is taken for complete with its head.
    var isComplete: Bool {
        guard let headEnd = self.headEnd else { return false }
        if self.fields["transfer-encoding"] != nil { return self.bytes.suffix(5).elementsEqual("0\r\n\r\n".utf8) }
        return self.bytes.count - headEnd >= Int(self.fields["content-length"] ?? "0") ?? 0
    }

    var isSuccess: Bool { self.statusLine.dropFirst(9).first == "2" }

    /// Whether the server closes the connection after it.
    var isLast: Bool { self.fields["connection"] == "close" }

    var body: String { String(decoding: self.bytes[(self.headEnd ?? 0)...], as: UTF8.self) }

    private mutating func readHead() {
        let text = String(decoding: self.bytes, as: UTF8.self)
        let end = Array("\r\n\r\n".utf8)
        guard let start = self.bytes.indices.first(where: { self.bytes[$0...].starts(with: end) }) else { return }
        self.headEnd = start + end.count
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        self.statusLine = String(lines.first ?? "")
        for line in lines.dropFirst().prefix(while: { !$0.isEmpty }) {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            self.fields[parts[0].lowercased()] = parts[1].drop { $0 == " " }.lowercased()
        }
    }
}
