import NIOCore
import NIOHTTP1

/// The framing of an answer whose length is not known: chunks (RFC 9112, 7.1), or nothing, for a client of HTTP/1.0, whose
/// answer ends with the connection.
struct ChunkFraming: Hashable {
    let isChunked: Bool

    /// A part of the body.
    /// - Parameter block: Never empty: an empty chunk would end the body.
    func framed(_ block: ByteBuffer) -> ByteBuffer {
        guard self.isChunked else { return block }
        var chunk = ByteBuffer()
        chunk.reserveCapacity(block.readableBytes + 12)
        chunk.writeString(String(block.readableBytes, radix: 16))
        chunk.writeStaticString("\r\n")
        chunk.writeImmutableBuffer(block)
        chunk.writeStaticString("\r\n")
        return chunk
    }

    /// What ends the body.
    var end: ByteBuffer {
        self.isChunked ? ByteBuffer(string: "0\r\n\r\n") : ByteBuffer()
    }
}
