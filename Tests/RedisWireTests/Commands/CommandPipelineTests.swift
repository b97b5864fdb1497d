import NIOCore
import Testing

@testable import RedisWire

@Suite struct CommandPipelineTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    /// The bytes of the command that asks for a word.
    private static let echo = 37

    private func frame(_ bytes: Int) -> ByteBuffer { ByteBuffer(repeating: 120, count: bytes) }

    /// Gives the pipeline the next reply and its word.
    private func answer(_ pipeline: inout CommandPipeline<Int>, with reply: RESPValue = .integer(1)) throws -> Int? {
        guard let word = pipeline.expectedWord else { return nil }
        guard case .incomplete = try pipeline.receive(reply) else { return nil }
        guard case .complete(let token, reply) = try pipeline.receive(.bulk(word)) else { return nil }
        return token
    }

    private func outcomes(_ pipeline: inout CommandPipeline<Int>) -> [Int: RedisError] {
        Dictionary(uniqueKeysWithValues: pipeline.close("gone").map { ($0.token, $0.error) })
    }

    @Test func repliesBelongToCommandsInOrder() throws {
        var pipeline = CommandPipeline<Int>()
        for token in 1...3 { try pipeline.add(self.frame(10), token, deadline: self.start) }
        #expect(pipeline.nextBatch().count == 3)
        pipeline.batchWritten()
        #expect(try (0..<4).map { _ in try self.answer(&pipeline) } == [1, 2, 3, nil])
        guard case .unexpected = try pipeline.receive(.integer(1)) else {
            Issue.record("a reply that nobody waits for")
            return
        }
    }

    /// Whichever of the replies is missing or doubled: the commands before it have their own, and no command another's.
    @Test(arguments: 0..<10, [0, 2]) func aReplyTooManyOrTooFewIsNoticed(place: Int, copies: Int) throws {
        var pipeline = CommandPipeline<Int>()
        for token in 0..<5 { try pipeline.add(self.frame(10), token, deadline: self.start) }
        let frames = pipeline.nextBatch()
        var replies: [RESPValue] = []
        for (token, frame) in frames.enumerated() {
            let word = Array(frame.readableBytesView.dropLast(2).suffix(16))
            replies += [.integer(Int64(token)), .bulk(word)]
        }
        replies.replaceSubrange(place...place, with: Array(repeating: replies[place], count: copies))
        var answered = 0
        #expect(throws: RedisError.self) {
            for reply in replies {
                switch try pipeline.receive(reply) {
                case .complete(let token, let value):
                    #expect(value == .integer(Int64(token)))
                    answered += 1
                case .incomplete: break
                case .unexpected: throw RedisError.protocolViolation("too many")
                }
            }
            // The last is missing: its time-out ends the connection.
            if place == 9, copies == 0 { throw RedisError.closed("time-out") }
        }
        #expect(answered == (copies == 0 ? place / 2 : (place + 1) / 2))
        #expect(pipeline.close("in doubt").count == 5 - answered)
    }

    @Test func aCommandThatWaitsBehindABatchIsNotSent() throws {
        var pipeline = CommandPipeline<Int>()
        try pipeline.add(self.frame(10), 1, deadline: self.start)
        #expect(pipeline.nextBatch().count == 1)
        try pipeline.add(self.frame(10), 2, deadline: self.start)
        #expect(pipeline.nextBatch().isEmpty, "one batch at a time")
        #expect(self.outcomes(&pipeline) == [1: .outcomeUnknown("gone"), 2: .notSent("gone")])
    }

    @Test func aReplyMayComeBeforeTheWholeBatchIsWritten() throws {
        var pipeline = CommandPipeline<Int>()
        for token in 1...2 { try pipeline.add(self.frame(10), token, deadline: self.start) }
        #expect(pipeline.nextBatch().count == 2)
        #expect(try self.answer(&pipeline) == 1)
        #expect(self.outcomes(&pipeline) == [2: .outcomeUnknown("gone")])
    }

    @Test func batchesAreBoundedButALongCommandGoesAlone() throws {
        var pipeline = CommandPipeline<Int>(limits: CommandLimits(batchBytes: 100 + 4 * Self.echo))
        for (token, bytes) in [60 + Self.echo, 40 + Self.echo, 1, 500 + 3 * Self.echo, 1].enumerated() {
            try pipeline.add(self.frame(bytes), token, deadline: self.start)
        }
        var sizes: [[Int]] = []
        while case let batch = pipeline.nextBatch(), !batch.isEmpty {
            sizes.append(batch.map(\.readableBytes))
            pipeline.batchWritten()
        }
        let echo = Self.echo
        #expect(sizes == [[60 + 2 * echo, 40 + 2 * echo], [1 + echo], [500 + 4 * echo], [1 + echo]])
    }

    @Test func tooManyCommandsAreRefusedAndRepliesMakeRoom() throws {
        var pipeline = CommandPipeline<Int>(limits: CommandLimits(commands: 2))
        for token in 1...2 { try pipeline.add(self.frame(1), token, deadline: self.start) }
        #expect(throws: RedisError.notSent("2 commands wait for replies already")) {
            try pipeline.add(self.frame(1), 3, deadline: self.start)
        }
        _ = pipeline.nextBatch()
        #expect(try self.answer(&pipeline) == 1)
        try pipeline.add(self.frame(1), 3, deadline: self.start)
    }

    @Test func tooManyBytesAreRefusedButOneCommandAlwaysGoes() throws {
        var pipeline = CommandPipeline<Int>(limits: CommandLimits(bytes: 100))
        try pipeline.add(self.frame(150), 1, deadline: self.start)
        #expect(throws: RedisError.notSent("187 bytes of commands wait for replies already")) {
            try pipeline.add(self.frame(1), 2, deadline: self.start)
        }
        _ = pipeline.nextBatch()
        #expect(try self.answer(&pipeline) == 1)
        try pipeline.add(self.frame(100), 2, deadline: self.start)
    }

    @Test func theDeadlineIsTheOldestCommands() throws {
        var pipeline = CommandPipeline<Int>()
        #expect(pipeline.deadline == nil)
        try pipeline.add(self.frame(1), 1, deadline: self.start)
        _ = pipeline.nextBatch()
        try pipeline.add(self.frame(1), 2, deadline: self.start + .seconds(1))
        #expect(pipeline.deadline == self.start)
        #expect(try self.answer(&pipeline) == 1)
        #expect(pipeline.deadline == self.start + .seconds(1), "that of a command not yet written")
    }
}
