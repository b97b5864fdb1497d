import NIOCore
import TestSupport
import Testing

@testable import RedisWire

@Suite struct RESPCommandEncoderTests {
    @Test func aCommandIsAnArrayOfBulkStrings() throws {
        let command = try RESPCommandEncoder.encode([
            "SET", .bytes([0, 13, 10, 255]), 42, .buffer(ByteBuffer(string: "é")), "",
        ])
        let expected: [UInt8] =
            Array("*5\r\n$3\r\nSET\r\n$4\r\n".utf8) + [0, 13, 10, 255]
            + Array("\r\n$2\r\n42\r\n$2\r\né\r\n$0\r\n\r\n".utf8)
        #expect(Array(command.readableBytesView) == expected)
    }

    @Test func theReaderReadsWhatTheEncoderWrote() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<100 {
            let words = (0...Int.random(in: 0..<20, using: &generator)).map { _ in
                (0..<Int.random(in: 0..<200, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator)
                }
            }
            var replies: [RESPValue] = []
            let reader = RESPReader()
            try reader.read(RESPCommandEncoder.encode(words.map { RedisArgument($0) })) { reply in
                replies.append(reply)
                return true
            }
            #expect(replies == [.array(words.map { .bulk($0) })])
        }
    }

    @Test func aCommandOfEmptyWordsIsSent() throws {
        let command = try RESPCommandEncoder.encode([""])
        #expect(String(buffer: command) == "*1\r\n$0\r\n\r\n")
    }

    @Test func aCommandWithoutANameIsRefused() {
        #expect(throws: RedisError.notSent("a command needs a name")) { try RESPCommandEncoder.encode([]) }
    }
}
