import NIOCore
import Testing

@testable import RedisWire

@Suite struct AbsurdReplyTests {
    @Test(
        arguments: [
            ("*2147483647\r\n", "an array of 2147483647 elements exceeds the limit of 1048576 in one reply"),
            ("*99999999999\r\n", "Multi-bulk length out of range"),
            ("*-2\r\n", "Multi-bulk length out of range"),
            ("*x\r\n", "Bad multi-bulk length"),
            ("$999999999999\r\n", "a string of 999999999999 bytes exceeds the limit of 67108864"),
            ("$9223372036854775807\r\n", "a string of 9223372036854775807 bytes exceeds the limit of 67108864"),
            ("$536870913\r\nx", "a string of 536870913 bytes exceeds the limit of 67108864"),
            ("$-2\r\n", "Bulk string length out of range"),
            ("$99999999999999999999999999", "Bad bulk string length"),
            ("$5\rxxxxx", "Bad bulk string length"),
            ("$abc\r\n", "Bad bulk string length"),
            (":12x\r\n", "Bad integer value"),
            (":99999999999999999999\r\n", "Bad integer value"),
            ("HTTP/1.1 400 Bad Request\r\n", "Protocol error, got \"H\" as reply type byte"),
            ("\u{0}", "Protocol error, got \"\\x00\" as reply type byte"),
        ]) func isRefusedAtOnce(text: String, reason: String)
    {
        #expect(Refusal.of(text) == .protocolViolation(reason))
    }

    @Test func arraysThatAddUpAreRefused() {
        let limits = RESPLimits(elements: 10)
        let inner = "*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n"
        let reason = "an array of 4 elements exceeds the limit of 10 in one reply"
        #expect(Refusal.of("*3\r\n" + inner + inner, limits: limits) == .protocolViolation(reason))
        #expect(Refusal.of(String(repeating: inner, count: 9) + "?", limits: limits, before: 9) != nil)
    }

    @Test func repliesBeforeTheMalformedOneCount() {
        #expect(Refusal.of("+OK\r\n:1\r\n!", before: 2) != nil)
    }

    @Test(arguments: ["+", "-", ":", "*"]) func aLineWithoutAnEndIsRefused(type: String) {
        let text = type + String(repeating: "1", count: 10 << 20)
        #expect(Refusal.of(text) == .protocolViolation("a line exceeds the limit of 65536 bytes"))
    }

    @Test func aReplyOfManyPartsIsBounded() {
        let limits = RESPLimits(replyBytes: 100_000)
        let parts = String(repeating: "$1000\r\n\(String(repeating: "x", count: 1000))\r\n", count: 1000)
        let reason = "a reply exceeds the limit of 100000 bytes"
        #expect(Refusal.of("*1000\r\n" + parts, limits: limits) == .protocolViolation(reason))
    }

    @Test func anAbsurdReplyInPiecesIsRefusedBeforeMoreIsRead() throws {
        let reader = RESPReader(limits: RESPLimits(replyBytes: 1000))
        try reader.read(ByteBuffer(string: "$10")) { _ in true }
        try reader.read(ByteBuffer(string: "01")) { _ in true }
        #expect(throws: RedisError.protocolViolation("a string of 1001 bytes exceeds the limit of 1000")) {
            try reader.read(ByteBuffer(string: "\r\n")) { _ in true }
        }
    }
}
