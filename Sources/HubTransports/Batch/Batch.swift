import ByteStrings
import HubCore
import NIOCore

/// What one answer of a poll tells: events, resets, and the cursor after them.
struct Batch {
    private var events = ByteBuffer()
    private var resets: [ResetNotice] = []
    /// How many events it has.
    private(set) var count = 0
    /// The position after what it tells; `nil` while it tells nothing.
    private(set) var cursor: Cursor?

    /// Whether it tells nothing.
    var isEmpty: Bool { self.count == 0 && self.resets.isEmpty }

    /// How much its events are, in bytes.
    var byteCount: Int { self.events.readableBytes }

    /// Adds events.
    /// - Parameter bytes: In `BatchEncoding`; those of a single delivery stay shared.
    mutating func append(_ bytes: ByteBuffer, count: Int, through cursor: Cursor) {
        if self.count == 0 { self.events = bytes } else { self.events.writeImmutableBuffer(bytes) }
        self.count += count
        self.cursor = cursor
    }

    /// Adds a reset. One without a cursor is followed at once by what has one.
    mutating func append(_ notice: ResetNotice) {
        self.resets.append(notice)
        self.cursor = notice.cursor ?? self.cursor
    }

    /// The batch as JSON.
    /// - Parameter cursor: The position after it.
    func body(cursor: String) -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity(self.events.readableBytes + 96)
        body.writeStaticString(#"{"events":["#)
        if let events = self.events.getSlice(at: self.events.readerIndex, length: max(0, self.byteCount - 1)) {
            body.writeImmutableBuffer(events)
        }
        body.writeStaticString("],")
        if !self.resets.isEmpty {
            body.writeStaticString(#""resets":["#)
            body.writeBytes(self.resets.map(ResetJSON.encode).joined(separator: [UInt8(ascii: ",")]))
            body.writeStaticString("],")
        }
        var end = JSONText(escapesMarkup: false)
        end.object { $0.member("cursor", cursor) }
        body.writeBytes(end.bytes.dropFirst())
        return body
    }
}
