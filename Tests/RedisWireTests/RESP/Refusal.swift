import NIOCore
import Testing

@testable import RedisWire

/// What becomes of a reply that can't be taken.
enum Refusal {
    /// Reads a text that is refused; afterwards the reader is dead, as is checked.
    /// - Parameters:
    ///   - text: What comes on the connection.
    ///   - limits: What a reply may cost.
    ///   - before: How many replies in it are handed over first.
    /// - Returns: Why it is refused.
    static func of(_ text: String, limits: RESPLimits = RESPLimits(), before: Int = 0) -> RedisError? {
        let reader = RESPReader(limits: limits)
        var count = 0
        let error = #expect(throws: RedisError.self) {
            try reader.read(ByteBuffer(string: text)) { _ in
                count += 1
                return true
            }
        }
        #expect(count == before, "replies before the bad one are handed over")
        // Dead: even a good reply is not read any more.
        let later = #expect(throws: RedisError.self) {
            try reader.read(ByteBuffer(string: "+OK\r\n")) { _ in true }
        }
        #expect(later == error)
        return error
    }
}
