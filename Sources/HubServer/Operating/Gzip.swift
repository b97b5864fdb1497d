import CZlib

/// Compresses what is sent again and again (RFC 1952).
enum Gzip {
    /// zlib's window, and the mark that asks for gzip's head and end around the data.
    private static let windowBits = MAX_WBITS + 16

    /// Compresses as much as zlib can.
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        let size = CInt(MemoryLayout<z_stream>.size)
        let status = deflateInit2_(
            &stream, Z_BEST_COMPRESSION, Z_DEFLATED, self.windowBits, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        precondition(status == Z_OK, "zlib has no memory, or is of another version")
        defer { deflateEnd(&stream) }
        let capacity = Int(deflateBound(&stream, UInt(bytes.count)))
        return bytes.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
                // zlib only reads from `next_in`; it is not declared so.
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(capacity)
                precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END, "the bound holds")
                count = capacity - Int(stream.avail_out)
            }
        }
    }
}
