import CHiredis
import NIOCore

/// Formats commands with hiredis's `redisFormatCommandArgv`: each an array of bulk strings.
enum RESPCommandEncoder {
    /// The bytes of all arguments of a command together: Redis takes no longer string (`proto-max-bulk-len`).
    static let maximumBytes = 512 << 20

    /// Formats a command.
    /// - Parameter arguments: The command's name and its arguments.
    /// - Throws: `RedisError.notSent` for no argument at all, or more bytes than Redis takes.
    static func encode(_ arguments: [RedisArgument]) throws(RedisError) -> ByteBuffer {
        guard !arguments.isEmpty else { throw .notSent("a command needs a name") }
        var bytes: [UInt8] = []
        var lengths: [Int] = []
        for argument in arguments {
            let start = bytes.count
            argument.append(to: &bytes)
            lengths.append(bytes.count - start)
            guard bytes.count <= Self.maximumBytes else {
                throw .notSent("a command exceeds the limit of \(Self.maximumBytes) bytes")
            }
        }
        // Never empty, so that the buffer below has an address.
        bytes.append(0)
        return Self.format(bytes, lengths)
    }

    private static func format(_ bytes: [UInt8], _ lengths: [Int]) -> ByteBuffer {
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            var words = lengths.map { length -> UnsafePointer<CChar>? in
                defer { offset += length }
                return bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
            }
            var command: UnsafeMutablePointer<CChar>?
            let length = redisFormatCommandArgv(&command, Int32(words.count), &words, lengths)
            guard let command, length >= 0 else { fatalError("out of memory") }
            defer { redisFreeCommand(command) }
            return ByteBuffer(bytes: UnsafeRawBufferPointer(start: command, count: Int(length)))
        }
    }
}

extension RedisArgument {
    fileprivate func append(to bytes: inout [UInt8]) {
        switch self {
        case .string(let text): bytes.append(contentsOf: text.utf8)
        case .bytes(let other): bytes.append(contentsOf: other)
        case .buffer(let buffer): bytes.append(contentsOf: buffer.readableBytesView)
        case .integer(let number): bytes.append(contentsOf: String(number).utf8)
        }
    }
}
