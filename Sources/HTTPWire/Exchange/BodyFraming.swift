public import NIOCore

/// How the body of a response is framed whose length is not known.
public enum BodyFraming: Hashable, Sendable {
    /// In chunks (RFC 9112, 7.1).
    case chunked
    /// Not at all: it ends with the connection, as a client of HTTP/1.0 expects, or with a stream that has frames of its own.
    case plain

    /// A part of the body.
    /// - Parameter block: Never empty: an empty chunk would end the body.
    public func framed(_ block: ByteBuffer) -> ByteBuffer {
        guard self == .chunked else { return block }
        var chunk = ByteBuffer()
        chunk.reserveCapacity(block.readableBytes + 12)
        chunk.writeString(String(block.readableBytes, radix: 16))
        chunk.writeStaticString("\r\n")
        chunk.writeImmutableBuffer(block)
        chunk.writeStaticString("\r\n")
        return chunk
    }

    /// What ends the body.
    public var end: ByteBuffer {
        self == .chunked ? ByteBuffer(string: "0\r\n\r\n") : ByteBuffer()
    }
}
