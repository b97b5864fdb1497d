import Foundation
import NIOCore

/// Reads an event stream as the hub writes it: lines end with LF.
///
/// Not the parser of `HubClient`: what is under test is not read by its own kind, and this one searches with libc, which
/// keeps a hundred subscribers cheap in a debug build.
struct StreamBlockReader {
    private var bytes = ByteBuffer()
    private var block = StreamBlock()

    mutating func append(_ bytes: ByteBuffer) {
        if self.bytes.readableBytes == 0 { self.bytes.clear() }
        self.bytes.writeImmutableBuffer(bytes)
    }

    /// The next block that is complete.
    mutating func next() -> StreamBlock? {
        while let line = Self.take(upTo: "\n", from: &self.bytes) {
            guard line.readableBytes == 0 else {
                self.read(line)
                continue
            }
            defer { self.block = StreamBlock() }
            return self.block
        }
        self.bytes.discardReadBytes()
        return nil
    }

    /// A comment has no name.
    private mutating func read(_ line: ByteBuffer) {
        var value = line
        guard let name = Self.take(upTo: ":", from: &value), name.readableBytes > 0 else { return }
        value.moveReaderIndex(forwardBy: 1)
        switch String(buffer: name) {
        case "event": self.block.event = String(buffer: value)
        case "data": self.addLine(value)
        case "id": self.block.id = String(buffer: value)
        case "retry": self.block.retry = Int(String(buffer: value))
        default: break
        }
    }

    private mutating func addLine(_ line: ByteBuffer) {
        guard self.block.data != nil else { return self.block.data = line }
        self.block.data?.writeStaticString("\n")
        self.block.data?.writeImmutableBuffer(line)
    }

    private static func take(upTo mark: Unicode.Scalar, from bytes: inout ByteBuffer) -> ByteBuffer? {
        let length = bytes.withUnsafeReadableBytes { bytes -> Int? in
            guard let start = bytes.baseAddress else { return nil }
            return memchr(start, Int32(mark.value), bytes.count).map { UnsafeRawPointer($0) - start }
        }
        guard let length, let part = bytes.readSlice(length: length) else { return nil }
        bytes.moveReaderIndex(forwardBy: 1)
        return part
    }
}
