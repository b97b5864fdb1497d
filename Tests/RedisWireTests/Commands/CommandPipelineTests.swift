import NIOCore
import Testing

@testable import RedisWire

@Suite struct CommandPipelineTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func frame(_ bytes: Int) -> ByteBuffer { ByteBuffer(repeating: 120, count: bytes) }

    private func outcomes(_ pipeline: inout CommandPipeline<Int>) -> [Int: RedisError] {
        Dictionary(uniqueKeysWithValues: pipeline.close("gone").map { ($0.token, $0.error) })
    }

    @Test func repliesBelongToCommandsInOrder() throws {
        var pipeline = CommandPipeline<Int>()
        for token in 1...3 { try pipeline.add(self.frame(10), token, deadline: self.start) }
        #expect(pipeline.nextBatch().count == 3)
        pipeline.batchWritten()
        #expect([pipeline.receive(), pipeline.receive(), pipeline.receive(), pipeline.receive()] == [1, 2, 3, nil])
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
        #expect(pipeline.receive() == 1)
        #expect(self.outcomes(&pipeline) == [2: .outcomeUnknown("gone")])
    }

    @Test func batchesAreBoundedButALongCommandGoesAlone() throws {
        var pipeline = CommandPipeline<Int>(limits: CommandLimits(batchBytes: 100))
        for (token, bytes) in [60, 40, 1, 500, 1].enumerated() {
            try pipeline.add(self.frame(bytes), token, deadline: self.start)
        }
        var sizes: [[Int]] = []
        while case let batch = pipeline.nextBatch(), !batch.isEmpty {
            sizes.append(batch.map(\.readableBytes))
            pipeline.batchWritten()
        }
        #expect(sizes == [[60, 40], [1], [500], [1]])
    }

    @Test func tooManyCommandsAreRefusedAndRepliesMakeRoom() throws {
        var pipeline = CommandPipeline<Int>(limits: CommandLimits(commands: 2))
        for token in 1...2 { try pipeline.add(self.frame(1), token, deadline: self.start) }
        #expect(throws: RedisError.notSent("2 commands wait for replies already")) {
            try pipeline.add(self.frame(1), 3, deadline: self.start)
        }
        _ = pipeline.nextBatch()
        #expect(pipeline.receive() == 1)
        try pipeline.add(self.frame(1), 3, deadline: self.start)
    }

    @Test func tooManyBytesAreRefusedButOneCommandAlwaysGoes() throws {
        var pipeline = CommandPipeline<Int>(limits: CommandLimits(bytes: 100))
        try pipeline.add(self.frame(150), 1, deadline: self.start)
        #expect(throws: RedisError.notSent("150 bytes of commands wait for replies already")) {
            try pipeline.add(self.frame(1), 2, deadline: self.start)
        }
        _ = pipeline.nextBatch()
        #expect(pipeline.receive() == 1)
        try pipeline.add(self.frame(100), 2, deadline: self.start)
    }

    @Test func theDeadlineIsTheOldestCommands() throws {
        var pipeline = CommandPipeline<Int>()
        #expect(pipeline.deadline == nil)
        try pipeline.add(self.frame(1), 1, deadline: self.start)
        _ = pipeline.nextBatch()
        try pipeline.add(self.frame(1), 2, deadline: self.start + .seconds(1))
        #expect(pipeline.deadline == self.start)
        #expect(pipeline.receive() == 1)
        #expect(pipeline.deadline == self.start + .seconds(1), "that of a command not yet written")
    }
}
