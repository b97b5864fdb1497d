import NIOCore

/// Reads the bytes of one stream, every one of which must be one that its format allows at this place.
struct ChurnReader {
    enum Piece {
        /// The head of the answer.
        case head
        case event(id: String, topic: String, number: Int)
        /// A heartbeat, or what else a stream may say.
        case other
    }

    /// A byte is not what it must be.
    struct Stray: Error, CustomStringConvertible {
        let description: String

        init(_ what: String, _ bytes: ByteBuffer) {
            self.description =
                "\(what): \(String(buffer: bytes.getSlice(at: bytes.readerIndex, length: min(120, bytes.readableBytes)) ?? bytes))"
        }
    }

    private let transport: ChurnTransport
    private var wire = ByteBuffer()
    /// What the wire's chunks hold.
    private var body = ByteBuffer()
    private var hasHead = false
    private var hasPage = false
    /// The data of an event whose id is still to come.
    private var data: (topic: String, number: Int)?

    init(_ transport: ChurnTransport) {
        self.transport = transport
    }

    mutating func append(_ bytes: ByteBuffer) {
        self.wire.discardReadBytes()
        self.wire.writeImmutableBuffer(bytes)
    }

    /// The next thing that is complete.
    mutating func next() throws -> Piece? {
        guard self.hasHead else { return try self.head() }
        switch self.transport {
        case .sse: return try Self.line(&self.wire).map { try self.field($0) }
        case .chunkedSSE:
            while try self.chunk() {}
            return try Self.line(&self.body).map { try self.field($0) }
        case .webSocket: return try self.frame()
        case .iframe: return try Self.line(&self.wire).map { try self.block($0) }
        }
    }

    private mutating func head() throws -> Piece? {
        guard let end = self.wire.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound,
            let head = self.wire.readString(length: end - self.wire.readerIndex)
        else { return nil }
        guard head.hasPrefix(self.transport.status) else { throw Stray("answered", ByteBuffer(string: head)) }
        self.hasHead = true
        return .head
    }

    private static func line(_ bytes: inout ByteBuffer) throws -> ByteBuffer? {
        guard let end = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = bytes.readSlice(length: end - bytes.readerIndex)
        bytes.moveReaderIndex(forwardBy: 1)
        return line
    }

    // MARK: Server-sent events

    private mutating func field(_ line: ByteBuffer) throws -> Piece {
        let start = Self.start(of: line)
        if start == ":" { return .other }
        if start.isEmpty, self.data == nil { return .other }
        if start.hasPrefix("data: "), self.data == nil {
            let data = try Self.event(start.dropFirst(6), in: line)
            try Self.check(line, is: "data: \(data.text)")
            self.data = (data.topic, data.number)
            return .other
        }
        guard start.hasPrefix("id: "), let data = self.data else { throw Stray("a line of nobody's", line) }
        self.data = nil
        return .event(id: String(start.dropFirst(4)), topic: data.topic, number: data.number)
    }

    /// Takes a chunk out of its frame (RFC 9112, 7.1).
    /// - Returns: Whether one was complete.
    private mutating func chunk() throws -> Bool {
        var rest = self.wire
        guard let size = try Self.line(&rest) else { return false }
        let text = String(buffer: size)
        // The end of a stream whose client had ended its side before.
        if text == "0\r", rest == ByteBuffer(string: "\r\n") { return false }
        guard text.hasSuffix("\r"), let length = Int(text.dropLast(), radix: 16), length > 0 else {
            throw Stray("the size of no chunk", self.wire)
        }
        guard var chunk = rest.readSlice(length: length), let end = rest.readString(length: 2) else { return false }
        guard end == "\r\n" else { throw Stray("a chunk that does not end", chunk) }
        self.wire = rest
        self.body.discardReadBytes()
        self.body.writeBuffer(&chunk)
        return true
    }

    // MARK: Messages in JSON

    private mutating func frame() throws -> Piece? {
        var rest = self.wire
        guard let first = rest.readInteger(as: UInt8.self), let short = rest.readInteger(as: UInt8.self) else {
            return nil
        }
        var length: Int? = Int(short)
        if short == 126 { length = rest.readInteger(as: UInt16.self).map(Int.init) }
        if short == 127 { length = rest.readInteger(as: UInt64.self).flatMap(Int.init(exactly:)) }
        guard first == 0x81 || first == 0x89 && short == 0 else { throw Stray("no frame", self.wire) }
        guard let length, let message = rest.readSlice(length: length) else { return nil }
        self.wire = rest
        if first == 0x89 || Self.start(of: message).hasPrefix(#"{"type":"hello","#) { return .other }
        return try Self.message(message, after: #"{"type":"event","#, before: "}")
    }

    private mutating func block(_ line: ByteBuffer) throws -> Piece {
        let start = Self.start(of: line)
        guard self.hasPage else {
            self.hasPage = start == "</script></head><body>"
            return .other
        }
        if start == "<!---->" { return .other }
        let opening = #"<script type="application/json">{"#
        if start.hasPrefix(opening + #""hub":"open""#) || start == opening + #""hub":"next"}</script>"# {
            return .other
        }
        return try Self.message(line, after: opening, before: "}</script>")
    }

    private static func message(_ bytes: ByteBuffer, after opening: String, before end: String) throws -> Piece {
        let start = self.start(of: bytes)
        let id = member("id", of: start) ?? ""
        let data = try self.event((member("data", of: start) ?? "")[...], in: bytes)
        let members = #""id":"\#(id)","topic":"\#(data.topic)","data":"\#(data.text)""#
        try self.check(bytes, is: opening + members + end)
        return .event(id: id, topic: data.topic, number: data.number)
    }

    // MARK: Both

    /// Reads `TOPIC NUMBER …`.
    private static func event(
        _ text: Substring, in bytes: ByteBuffer
    ) throws -> (topic: String, number: Int, text: String) {
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, let number = Int(words[1]) else { throw Stray("no event", bytes) }
        return (String(words[0]), number, ChurnPublisher.Sample.data(words[0], number))
    }

    /// A large event is too long to be taken apart.
    private static func start(of bytes: ByteBuffer) -> String {
        bytes.getString(at: bytes.readerIndex, length: min(240, bytes.readableBytes)) ?? ""
    }

    private static func check(_ bytes: ByteBuffer, is expected: String) throws {
        guard bytes == ByteBuffer(string: expected) else {
            throw Stray("\(bytes.readableBytes) bytes, not \(expected.utf8.count)", bytes)
        }
    }
}
