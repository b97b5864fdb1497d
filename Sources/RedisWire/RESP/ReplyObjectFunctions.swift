import CHiredis

/// The functions with which hiredis's reader makes objects: ours, since its own allocate whatever count a reply claims.
///
/// The "objects" given to hiredis are all the same pointer, the builder's: it only asks whether it is null, which means
/// refused. The values themselves stay on this side, so there is nothing to free.
enum ReplyObjectFunctions {
    /// The table, which readers keep a pointer to.
    ///
    /// Proof for `nonisolated(unsafe)`: it is allocated and filled once, by this initialiser, which Swift runs once; it is
    /// never written again nor freed; hiredis only reads it.
    nonisolated(unsafe) static let table: UnsafeMutablePointer<redisReplyObjectFunctions> = {
        let table = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        table.initialize(
            to: redisReplyObjectFunctions(
                createString: { ReplyObjectFunctions.createString($0, $1, $2) },
                createArray: { task, count in
                    ReplyObjectFunctions.build(task) { $0.beginArray(count: Int(count)) }
                },
                createInteger: { task, number in
                    ReplyObjectFunctions.build(task) { $0.add(.integer(number)) }
                },
                createNil: { task in
                    ReplyObjectFunctions.build(task) { $0.add(.null) }
                },
                freeObject: { _ in }))
        return table
    }()

    /// Calls the builder that is the reader's private data, which hiredis copies into every task.
    private static func build(
        _ task: UnsafePointer<redisReadTask>?, _ body: (RESPReplyBuilder) -> Bool
    ) -> UnsafeMutableRawPointer? {
        guard let data = task?.pointee.privdata else { return nil }
        // The reader that calls this holds its builder for as long as it lives.
        let builder = Unmanaged<RESPReplyBuilder>.fromOpaque(data).takeUnretainedValue()
        return body(builder) ? data : nil
    }

    /// The bytes are hiredis's buffer, valid only during the call.
    private static func createString(
        _ task: UnsafePointer<redisReadTask>?, _ start: UnsafeMutablePointer<CChar>?, _ length: Int
    ) -> UnsafeMutableRawPointer? {
        let bytes = UnsafeRawBufferPointer(start: start, count: length)
        return self.build(task) { builder in
            switch task?.pointee.type {
            case REDIS_REPLY_STATUS: builder.add(.simple(Self.line(bytes)))
            case REDIS_REPLY_ERROR: builder.add(.error(Self.line(bytes)))
            default: builder.addBulk(bytes)
            }
        }
    }

    /// The text of a status or an error. Only of ASCII does a String compare by its bytes.
    private static func line(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: bytes.lazy.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
