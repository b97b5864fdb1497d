import CZlib

/// Expands compressed messages (RFC 7692, 7.2.2), each on its own, and no further than allowed: a kilobyte can hold a
/// megabyte of zeros.
enum MessageInflater {
    /// Why a message can't be expanded.
    enum Failure: Error { case tooBig, damaged }

    /// What ends every flush, and is left out of a message's payload.
    static let flushEnd: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]

    /// Expands a message.
    /// - Parameters:
    ///   - payload: As it came.
    ///   - maximumBytes: The largest message.
    static func inflate(_ payload: [UInt8], maximumBytes: Int) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .damaged
        }
        defer { inflateEnd(&stream) }
        var input = payload + self.flushEnd
        var output: [UInt8] = []
        let result = input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            return Self.run(&stream, &output, maximumBytes: maximumBytes)
        }
        try result.get()
        return output
    }

    private static func run(
        _ stream: inout z_stream, _ output: inout [UInt8], maximumBytes: Int
    ) -> Result<Void, Failure> {
        while true {
            let (status, isFull) = self.step(&stream, &output)
            guard output.count <= maximumBytes else { return .failure(.tooBig) }
            switch status {
            case Z_STREAM_END:
                // A sender may finish its stream with each message; what is left may be nothing but the flush's end.
                guard stream.avail_in > self.flushEnd.count else { return .success(()) }
                inflateReset(&stream)
            case Z_OK, Z_BUF_ERROR:
                if stream.avail_in == 0, !isFull { return .success(()) }
                if status == Z_BUF_ERROR, !isFull { return .failure(.damaged) }
            default:
                return .failure(.damaged)
            }
        }
    }

    /// Expands at most another 16 KiB.
    private static func step(_ stream: inout z_stream, _ output: inout [UInt8]) -> (CInt, isFull: Bool) {
        let capacity = 16 << 10
        var status = Z_OK
        output += [UInt8](unsafeUninitializedCapacity: capacity) { chunk, count in
            stream.next_out = chunk.baseAddress
            stream.avail_out = UInt32(capacity)
            status = CZlib.inflate(&stream, Z_NO_FLUSH)
            count = capacity - Int(stream.avail_out)
        }
        return (status, stream.avail_out == 0)
    }
}
