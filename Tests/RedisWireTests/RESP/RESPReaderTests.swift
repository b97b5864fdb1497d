import NIOCore
import TestSupport
import Testing

@testable import RedisWire

@Suite struct RESPReaderTests {
    private func read(_ pieces: [[UInt8]]) throws -> [RESPValue] {
        let reader = RESPReader()
        var replies: [RESPValue] = []
        for piece in pieces {
            try reader.read(ByteBuffer(bytes: piece)) { reply in
                replies.append(reply)
                return true
            }
        }
        return replies
    }

    @Test func everyTypeIsRead() throws {
        let text = "+OK\r\n-ERR no\r\n:-42\r\n$5\r\nhe\r\no\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*2\r\n:1\r\n*1\r\n+x\r\n"
        let replies = try self.read([Array(text.utf8)])
        #expect(
            replies == [
                .simple("OK"), .error("ERR no"), .integer(-42), .bulk(Array("he\r\no".utf8)), .bulk([]), .null, .null,
                .array([]), .array([.integer(1), .array([.simple("x")])]),
            ])
    }

    @Test func aLineIsASCII() throws {
        let hostile = String(repeating: "\u{301}", count: 10_000) + String(repeating: "\u{316}", count: 10_000)
        let replies = try self.read([Array("-ERR \(hostile)\r\n+é\r\n".utf8)])
        #expect(replies == [.error("ERR " + String(repeating: "?", count: 40_000)), .simple("??")])
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func piecesOfAnySizeGiveTheSameValues(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let values = (0..<30).map { _ in RESPSample.value(depth: 6, using: &generator) }
        let bytes = values.flatMap(RESPSample.bytes)

        #expect(try self.read([bytes]) == values)
        #expect(try self.read(values.map(RESPSample.bytes)) == values)
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...40_000, using: &generator)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        #expect(try self.read(pieces) == values)
    }

    @Test func bytesOneByOneGiveTheSameValues() throws {
        var generator = SeededGenerator(seed: 7)
        let values = (0..<20).map { _ in RESPSample.value(depth: 3, using: &generator) }
        let bytes = values.flatMap(RESPSample.bytes)
        #expect(try self.read(bytes.map { [$0] }) == values)
    }

    @Test func manyMessagesInOneReadAreAllHandedOver() throws {
        let message = RESPValue.array([
            .bulk(Array("message".utf8)), .bulk(Array("hub:{0}:news".utf8)), .bulk(Array(repeating: 120, count: 128)),
        ])
        let bytes = RESPSample.bytes(of: message)
        let replies = try self.read([Array(repeatElement(bytes, count: 20_000).joined())])
        #expect(replies.count == 20_000)
        #expect(replies.allSatisfy { $0 == message })
    }

    @Test func readingStopsWhenTheReaderIsToldTo() throws {
        let reader = RESPReader()
        var count = 0
        try reader.read(ByteBuffer(string: "+a\r\n+b\r\n+c\r\n")) { _ in
            count += 1
            return count < 2
        }
        #expect(count == 2)
    }

    @Test func readersOnManyThreadsDoNotMix() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seed in 0..<8 as Range<UInt64> {
                group.addTask { try self.piecesOfAnySizeGiveTheSameValues(seed: seed) }
            }
            try await group.waitForAll()
        }
    }
}
