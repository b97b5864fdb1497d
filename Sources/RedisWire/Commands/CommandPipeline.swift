import DequeModule
import NIOCore

/// Which commands wait to be written, and which for their reply. A value, without I/O.
///
/// One batch at a time is with the channel; the others are held here, so that of a command that still waits it is known
/// that no byte was written. The token is what is completed with the outcome: a promise, or in tests anything.
///
/// Each command is followed by an ECHO of a word that only it has. A reply counts once the word has come after it: a reply
/// that is missing or there twice would otherwise shift all later ones, each to a command that it does not belong to.
struct CommandPipeline<Token> {
    private struct Command {
        let token: Token
        let bytes: Int
        let deadline: NIODeadline
        let word: UInt64
    }

    /// What a reply means.
    enum Receipt {
        /// The command's word has to follow.
        case incomplete
        /// A command's outcome is known.
        case complete(Token, RESPValue)
        /// No command waits for a reply.
        case unexpected
    }

    private static var misplaced: RedisError {
        .protocolViolation("a reply is missing, or came twice: those that follow can't be told apart")
    }

    private let limits: CommandLimits
    private var waiting: Deque<(command: Command, frame: ByteBuffer)> = []
    private var sent: Deque<Command> = []
    /// The reply of the first of those that were sent, until its word has come.
    private var reply: RESPValue?
    private var bytes = 0
    private var isWriting = false
    private var words: ReplyWords

    init(limits: CommandLimits = CommandLimits(), question: ReplyWords.Question = .echo) {
        self.limits = limits
        self.words = ReplyWords(question)
    }

    /// The number of commands without an outcome.
    var count: Int { self.waiting.count + self.sent.count }

    /// When the oldest command's time is over; `nil` if there is none.
    var deadline: NIODeadline? { (self.sent.first ?? self.waiting.first?.command)?.deadline }

    /// The word that has to come after the next reply; `nil` if no command waits for one.
    var expectedWord: [UInt8]? { self.sent.first.map { ReplyWords.bytes(of: $0.word) } }

    /// Adds a command, and has its word asked for.
    /// - Throws: `RedisError.notSent` if too much waits already.
    mutating func add(_ frame: ByteBuffer, _ token: Token, deadline: NIODeadline) throws(RedisError) {
        guard self.count < self.limits.commands else {
            throw .notSent("\(self.count) commands wait for replies already")
        }
        guard self.bytes + frame.readableBytes <= self.limits.bytes || self.count == 0 else {
            throw .notSent("\(self.bytes) bytes of commands wait for replies already")
        }
        var frame = frame
        let word = self.words.next()
        self.words.append(word, to: &frame)
        self.bytes += frame.readableBytes
        self.waiting.append((Command(token: token, bytes: frame.readableBytes, deadline: deadline, word: word), frame))
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
    /// - Throws: `RedisError.protocolViolation` if it can't be the first waiting command's, or can't be its word. What was
    ///   sent has an unknown outcome then: close.
    mutating func receive(_ reply: RESPValue) throws(RedisError) -> Receipt {
        guard let command = self.sent.first else { return .unexpected }
        let isEcho = reply == self.expectedWord.map { .bulk($0) }
        guard isEcho == (self.reply != nil) else { throw Self.misplaced }
        guard let outcome = self.reply.take() else {
            self.reply = reply
            return .incomplete
        }
        self.sent.removeFirst()
        self.bytes -= command.bytes
        return .complete(command.token, outcome)
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

/// How much may wait for replies on a command connection.
struct CommandLimits: Sendable {
    /// Commands without a reply.
    var commands = 16_384
    /// Their bytes together.
    var bytes = 64 << 20
    /// Bytes handed to the channel in one write (a command that is longer goes alone). The outcome of all of them is
    /// unknown until the kernel has taken the last byte.
    var batchBytes = 64 << 10
}
