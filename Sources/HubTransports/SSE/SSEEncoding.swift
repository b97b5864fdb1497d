public import HTTPWire
public import HubCore
public import NIOCore

/// Events as blocks of `text/event-stream` (WHATWG HTML, 9.2.6), one HTTP chunk each where the response is chunked.
///
/// Lines end with LF; a field has one space after its colon, which parsers take away again, so that data may begin with
/// one of its own; `id` is the last line, so that everything before it could be shared by streams with other cursors.
public struct SSEEncoding: EventEncoding {
    private static let plainComment = ByteBuffer(string: ":\n")
    private static let chunkedComment = BodyFraming.chunked.framed(Self.plainComment)

    /// How the data of an event is written.
    public let format: StreamRequest.Format
    /// How the body is framed: each block is a chunk where it is chunked.
    public let framing: BodyFraming

    /// Makes the encoding.
    public init(format: StreamRequest.Format, framing: BodyFraming) {
        self.format = format
        self.framing = framing
    }

    public var slot: Int {
        EncodingSlot.sse.rawValue + (self.format == .json ? 1 : 0) + (self.framing == .chunked ? 2 : 0)
    }

    public func encode(_ event: Event) -> ByteBuffer {
        switch self.format {
        case .data:
            self.block(name: event.name, retry: event.retry, data: event.data.bytes, id: event.id.description)
        case .json:
            self.block(
                name: event.name, retry: event.retry, data: EventJSON.encode(event), id: event.id.description)
        }
    }

    /// A block that tells of a gap.
    public func reset(_ notice: ResetNotice) -> ByteBuffer {
        self.block(
            name: "hub.reset", retry: nil, data: ResetJSON.encode(notice), id: notice.cursor?.description)
    }

    /// A block that tells why the stream ends, and how long the client should wait before it comes back.
    /// - Parameter retry: In milliseconds.
    public func close(_ reason: CloseReason, retry: Int32) -> ByteBuffer {
        self.block(name: "hub.close", retry: retry, data: Array(#"{"reason":"\#(reason.rawValue)"}"#.utf8), id: nil)
    }

    /// A block of only an id, which the standard says is silent: the position before the first event to come.
    public func prime(_ cursor: Cursor) -> ByteBuffer {
        self.framing.framed(ByteBuffer(string: "id: \(cursor)\n\n"))
    }

    /// A comment without a blank line, which several clients would take for the end of an empty event.
    public func comment() -> ByteBuffer {
        self.framing == .chunked ? Self.chunkedComment : Self.plainComment
    }

    /// What ends the body.
    public func end() -> ByteBuffer {
        self.framing.end
    }

    private func block(name: String?, retry: Int32?, data: [UInt8], id: String?) -> ByteBuffer {
        var block = ByteBuffer()
        block.reserveCapacity(data.count + 128)
        if let name { block.writeString("event: \(name)\n") }
        if let retry { block.writeString("retry: \(retry)\n") }
        for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            block.writeStaticString("data: ")
            block.writeBytes(line)
            block.writeStaticString("\n")
        }
        if let id { block.writeString("id: \(id)\n") }
        block.writeStaticString("\n")
        return self.framing.framed(block)
    }
}
