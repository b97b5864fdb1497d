import DequeModule
import NIOCore

/// Which commands wait to be written, and which for their reply. A value, without I/O.
///
/// One batch at a time is with the channel; the others are held here, so that of a command that still waits it is known
/// that no byte was written. The token is what is completed with the outcome: a promise, or in tests anything.
struct CommandPipeline<Token> {
    private struct Command {
        let token: Token
        let bytes: Int
        let deadline: NIODeadline
    }

    private let limits: CommandLimits
    private var waiting: Deque<(command: Command, frame: ByteBuffer)> = []
    private var sent: Deque<Command> = []
    private var bytes = 0
    private var isWriting = false

    init(limits: CommandLimits = CommandLimits()) {
        self.limits = limits
    }

    /// The number of commands without an outcome.
    var count: Int { self.waiting.count + self.sent.count }

    /// When the oldest command's time is over; `nil` if there is none.
    var deadline: NIODeadline? { (self.sent.first ?? self.waiting.first?.command)?.deadline }

    /// Adds a command.
    /// - Throws: `RedisError.notSent` if too much waits already.
    mutating func add(_ frame: ByteBuffer, _ token: Token, deadline: NIODeadline) throws(RedisError) {
        guard self.count < self.limits.commands else {
            throw .notSent("\(self.count) commands wait for replies already")
        }
        guard self.bytes + frame.readableBytes <= self.limits.bytes || self.count == 0 else {
            throw .notSent("\(self.bytes) bytes of commands wait for replies already")
        }
        self.bytes += frame.readableBytes
        self.waiting.append((Command(token: token, bytes: frame.readableBytes, deadline: deadline), frame))
    }

    /// The frames to write now; empty if there are none, or while a batch is being written. Follow with
    /// `batchWritten()`.
    mutating func nextBatch() -> [ByteBuffer] {
        guard !self.isWriting else { return [] }
        var batch: [ByteBuffer] = []
        var bytes = 0
        while let next = self.waiting.first, batch.isEmpty || bytes + next.command.bytes <= self.limits.batchBytes {
            self.waiting.removeFirst()
            self.sent.append(next.command)
            batch.append(next.frame)
            bytes += next.command.bytes
        }
        self.isWriting = !batch.isEmpty
        return batch
    }

    /// The kernel has taken all of the batch.
    mutating func batchWritten() {
        self.isWriting = false
    }

    /// Takes the next reply.
    /// - Returns: Whose it is; `nil` if no command waits for one.
    mutating func receive() -> Token? {
        guard let command = self.sent.popFirst() else { return nil }
        self.bytes -= command.bytes
        return command.token
    }

    /// Ends it: what was sent has an unknown outcome, what waits was not sent.
    /// - Parameter reason: Why, in a few words.
    mutating func close(_ reason: String) -> [(token: Token, error: RedisError)] {
        let unknown = self.sent.map { ($0.token, RedisError.outcomeUnknown(reason)) }
        let unsent = self.waiting.map { ($0.command.token, RedisError.notSent(reason)) }
        self = CommandPipeline(limits: self.limits)
        return unknown + unsent
    }
}
