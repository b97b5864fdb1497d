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
            to: chiredis_object_functions(
                { ReplyObjectFunctions.createString($0, $1, $2) },
                { task, count in ReplyObjectFunctions.build(task) { $0.beginArray(count: Int(count)) } },
                { task, number in ReplyObjectFunctions.build(task) { $0.add(.integer(number)) } },
                { ReplyObjectFunctions.createNil($0) },
                // Types of RESP3: `build` refuses them. Where these are missing, hiredis takes the value, and says nothing.
                { task, _, _, _ in ReplyObjectFunctions.build(task) { _ in false } },
                { task, _ in ReplyObjectFunctions.build(task) { _ in false } },
                { _ in }))
        return table
    }()

    /// Calls the builder that is the reader's private data, which hiredis copies into every task.
    private static func build(
        _ task: UnsafePointer<redisReadTask>?, _ body: (RESPReplyBuilder) -> Bool
    ) -> UnsafeMutableRawPointer? {
        guard let task, let data = task.pointee.privdata else { return nil }
        // The reader that calls this holds its builder for as long as it lives.
        let builder = Unmanaged<RESPReplyBuilder>.fromOpaque(data).takeUnretainedValue()
        let isAccepted = RESP3.refusal(of: task.pointee.type).map(builder.refuse) ?? body(builder)
        return isAccepted ? data : nil
    }

    /// The bytes are hiredis's buffer, valid only during the call.
    private static func createString(
        _ task: UnsafePointer<redisReadTask>?, _ start: UnsafeMutablePointer<CChar>?, _ length: Int
    ) -> UnsafeMutableRawPointer? {
        let bytes = UnsafeRawBufferPointer(start: start, count: length)
        return self.build(task) { builder in
            switch task?.pointee.type {
            case REDIS_REPLY_STATUS: builder.addLine(bytes) { .simple($0) }
            case REDIS_REPLY_ERROR: builder.addLine(bytes) { .error($0) }
            default: builder.addBulk(bytes)
            }
        }
    }

    /// `$-1`, or `*-1`, which is an array as far as nesting goes.
    private static func createNil(_ task: UnsafePointer<redisReadTask>?) -> UnsafeMutableRawPointer? {
        self.build(task) { builder in
            task?.pointee.type == REDIS_REPLY_ARRAY ? builder.addNullArray() : builder.add(.null)
        }
    }
}

/// The types of RESP3, which nobody asks for: hiredis 0.14 refuses them, 1.x reads them.
enum RESP3 {
    /// Why a type can't be taken, in the words of hiredis 0.14; `nil` for one of RESP2, and for none.
    static func refusal(of type: Int32) -> String? {
        self.firstByte(of: type).map { "Protocol error, got \"\($0)\" as reply type byte" }
    }

    private static func firstByte(of type: Int32) -> Character? {
        switch type {
        // Not the nulls of RESP2, which are strings and arrays.
        case REDIS_REPLY_NIL: "_"
        case REDIS_REPLY_DOUBLE: ","
        case REDIS_REPLY_BOOL: "#"
        case REDIS_REPLY_MAP: "%"
        case REDIS_REPLY_SET: "~"
        case REDIS_REPLY_PUSH: ">"
        case REDIS_REPLY_BIGNUM: "("
        case REDIS_REPLY_VERB: "="
        default: nil
        }
    }
}
