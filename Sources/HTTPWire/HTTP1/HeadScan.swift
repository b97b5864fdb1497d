#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Follows a request head through the bytes that a client sends, for what the parser does not tell: how long its line is so far,
/// what separates the line's parts, with which protocol it ends, and where the head does (RFC 9112, 2.1 and 3).
struct HeadScan {
    /// The length of the request line, or of what there is of it, without its line feed.
    private(set) var lineByteCount = 0
    /// Whether that line feed came without a carriage return before it.
    private(set) var hasBareLineFeed = false
    private(set) var isLineComplete = false
    private var spaceCount = 0
    /// The last eight bytes of the line, as far as it has come.
    private var lineEnd: UInt64 = 0
    /// How much of the present line came before.
    private var openByteCount = 0

    /// Takes what follows.
    /// - Returns: Where in it the fields begin, or its count if they do not yet; and where the head ends, if it does.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> (fields: Int, end: Int?) {
        var fields = self.isLineComplete ? 0 : bytes.count
        var start = 0
        while let feed = bytes.firstLineFeed(from: start) {
            let length = self.openByteCount + feed - start
            let isEmpty = length == 0 || (length == 1 && (feed == 0 || bytes[feed - 1] == UInt8(ascii: "\r")))
            self.openByteCount = 0
            defer { start = feed + 1 }
            if self.isLineComplete {
                if isEmpty { return (fields, feed + 1) }
            } else if isEmpty {
                // A server passes over empty lines before the request line (RFC 9112, 2.2).
                self = HeadScan()
            } else {
                self.takeLine(bytes[start..<feed])
                self.isLineComplete = true
                self.hasBareLineFeed = self.lineEnd & 0xFF != UInt64(UInt8(ascii: "\r"))
                fields = feed + 1
            }
        }
        self.openByteCount += bytes.count - start
        if !self.isLineComplete { self.takeLine(bytes[start...]) }
        return (fields, nil)
    }

    /// What is wrong with the line.
    var problem: Problem? {
        if Self.otherEnds.contains(self.lineEnd >> 32) { return .otherProtocol }
        return self.spaceCount > 2 ? .otherSpaces : nil
    }

    private mutating func takeLine(_ bytes: Slice<UnsafeRawBufferPointer>) {
        self.lineByteCount += bytes.count
        self.spaceCount += bytes.count { $0 == UInt8(ascii: " ") }
        self.lineEnd = bytes.suffix(8).reduce(self.lineEnd) { $0 << 8 | UInt64($1) }
    }

    /// The first half of the last eight bytes of `RTSP/1.0` and `ICE/1.0`, each with a carriage return.
    private static let otherEnds = ["TSP/", "ICE/"].map { $0.utf8.reduce(0) { $0 << 8 | UInt64($1) } as UInt64 }
}

extension UnsafeRawBufferPointer {
    fileprivate func firstLineFeed(from start: Int) -> Int? {
        guard start < self.count, let base = self.baseAddress,
            let found = memchr(base + start, CInt(UInt8(ascii: "\n")), self.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
