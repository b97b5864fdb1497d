import CZlib
import Synchronization

/// Compresses messages for permessage-deflate (RFC 7692, 7.2.1), each on its own.
///
/// zlib's state takes a quarter of a mebibyte and as long to set up as a short message takes to compress. Since no window is
/// kept between messages, one state serves the whole process, and each event is compressed once.
final class MessageDeflater: Sendable {
    /// The one of the process.
    static let shared = MessageDeflater()

    /// zlib's state. It refers to itself, so that it must not move.
    private struct State: ~Copyable {
        let stream: UnsafeMutablePointer<z_stream>

        init() {
            self.stream = .allocate(capacity: 1)
            self.stream.initialize(to: z_stream())
            let status = deflateInit2_(
                self.stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                CInt(MemoryLayout<z_stream>.size))
            precondition(status == Z_OK, "zlib has no memory, or is of another version")
        }

        deinit {
            deflateEnd(self.stream)
            self.stream.deallocate()
        }
    }

    private let state = Mutex(State())

    /// Compresses a message.
    /// - Returns: The payload, without the four bytes that end every flush.
    func compress(_ message: [UInt8]) -> [UInt8] {
        self.state.withLock { state in
            deflateReset(state.stream)
            return Self.run(state.stream, message)
        }
    }

    private static func run(_ stream: UnsafeMutablePointer<z_stream>, _ message: [UInt8]) -> [UInt8] {
        // The bound is for one finished block; a flush adds a few bytes.
        let capacity = Int(deflateBound(stream, UInt(message.count))) + 64
        return message.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
                // zlib only reads from `next_in`; it is not declared so.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(capacity)
                let status = deflate(stream, Z_SYNC_FLUSH)
                precondition(status == Z_OK && stream.pointee.avail_out > 0, "the bound holds")
                count = capacity - Int(stream.pointee.avail_out) - MessageInflater.flushEnd.count
            }
        }
    }
}
