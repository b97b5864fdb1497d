/// Takes the chunk framing of HTTP/1.1 away (RFC 9112, 7.1), without extensions or trailers.
struct Dechunker {
    struct Malformed: Error {}

    /// The contents of the chunks.
    private(set) var chunks: [[UInt8]] = []
    /// Whether the last chunk, of no bytes, has come.
    private(set) var isComplete = false

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard !self.isComplete, let end = rest.firstIndex(of: 0x0D), rest[end...].starts(with: [0x0D, 0x0A]),
                let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16)
            else { throw Malformed() }
            rest = rest[(end + 2)...]
            guard rest.count >= size + 2 else { throw Malformed() }
            let content = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            guard rest.starts(with: [0x0D, 0x0A]) else { throw Malformed() }
            rest = rest.dropFirst(2)
            if size == 0 { self.isComplete = true } else { self.chunks.append(content) }
        }
    }

    var bytes: [UInt8] { Array(self.chunks.joined()) }
}
