import NIOCore
import TestSupport
import Testing

@testable import RedisWire

@Suite(.timeLimit(.minutes(Patience.minutes(90))))
struct RESPFuzzTests {
    private static let words = [
        "\r\n", "*", "$", ":", "+", "-", "*-1\r\n", "$-1\r\n", "*0\r\n", "$0\r\n\r\n", "*2147483647\r\n",
        "$999999999999\r\n",
        "message", "subscribe", "unsubscribe", "pong", "+PONG\r\n", "\u{301}", "\u{0}", "-9223372036854775808",
    ]

    /// What a reader makes of pieces: the replies, and whether it failed.
    private static func read(_ pieces: [[UInt8]]) -> (replies: [RESPValue], hasFailed: Bool) {
        let reader = RESPReader(limits: RESPLimits(replyBytes: 1 << 16, elements: 1 << 10, lineBytes: 1 << 10))
        var replies: [RESPValue] = []
        do throws(RedisError) {
            for piece in pieces {
                try reader.read(ByteBuffer(bytes: piece)) { reply in
                    replies.append(reply)
                    return true
                }
            }
            return (replies, false)
        } catch {
            return (replies, true)
        }
    }

    @Test func repliesAreTheSameHoweverTheyComeAndAreReadTheSameAgain() async throws {
        var generator = SeededGenerator(seed: 1)
        let samples = (0..<50).map { _ in
            Array(RESPSample.bytes(of: RESPSample.value(depth: 4, using: &generator)).prefix(2000))
        }
        var fuzzer = Fuzzer(samples: samples, words: Self.words)
        try await fuzzer.run { bytes, generator in
            let whole = Self.read([bytes])
            let pieces = Self.read(Fuzzer.pieces(of: bytes, using: &generator))
            // A limit may be noticed sooner in pieces; the replies before it are the same.
            guard whole.replies == pieces.replies || pieces.hasFailed && whole.replies.starts(with: pieces.replies)
            else {
                throw Fuzzer.Difference("whole \(whole), in pieces \(pieces)")
            }
            guard Self.read(whole.replies.map(RESPSample.bytes)).replies == whole.replies else {
                throw Fuzzer.Difference("replies change: \(whole.replies)")
            }
            var machine = SubscriptionStateMachine()
            _ = machine.subscribe(Array("c".utf8))
            for reply in whole.replies { _ = try? machine.receive(reply) }
            return !whole.hasFailed && !whole.replies.isEmpty
        }
    }
}
