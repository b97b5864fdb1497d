import NIOCore
import TestSupport
import Testing

@testable import RedisWire

/// Strings that are too long to be kept cost neither the connection nor memory.
@Suite struct LongStringTests {
    private let limits = RESPLimits(replyBytes: 100_000, stringBytes: 20_000)

    private func read(_ text: String, pieces: Int) throws -> [RESPValue] {
        let reader = RESPReader(limits: self.limits)
        var replies: [RESPValue] = []
        var rest = ByteBuffer(string: text)
        while let piece = rest.readSlice(length: min(pieces, rest.readableBytes)), piece.readableBytes > 0 {
            try reader.read(piece) { reply in
                replies.append(reply)
                return true
            }
        }
        return replies
    }

    private func bulk(_ count: Int) -> String { "$\(count)\r\n" + String(repeating: "$", count: count) + "\r\n" }

    @Test(arguments: [1, 2, 7, 1000, 16_384, 65_536, 10_000_000]) func theyReadAsNull(pieces: Int) throws {
        for count in [20_001, 32_768, 99_999, 1_000_000] {
            let text =
                "+A\r\n" + self.bulk(count) + "*3\r\n$1\r\nm\r\n\(self.bulk(count)):7\r\n" + self.bulk(20_000)
                + "+B\r\n"
            let kept = RESPValue.bulk(Array(repeating: UInt8(ascii: "$"), count: 20_000))
            let expected: [RESPValue] = [
                .simple("A"), .null, .array([.bulk([UInt8(ascii: "m")]), .null, .integer(7)]), kept, .simple("B"),
            ]
            #expect(try self.read(text, pieces: pieces) == expected, "\(count) in pieces of \(pieces)")
        }
    }

    @Test func oneOfSeventyMebibytesCostsItsSubscriptionNothing() async throws {
        let server = try await RedisServer.started(configuration: ["client-output-buffer-limit pubsub 0 0 0"])
        let delegate = RecordingDelegate()
        let subscription = try await RedisSubscriptionConnection.connect(server.endpoint, delegate)
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        subscription.subscribe([Array("c".utf8)])
        try await eventually("subscribed") { delegate.events == [.subscribed("c")] }
        let event = [UInt8](repeating: 120, count: 70 << 20)
        #expect(try await redis.call("PUBLISH", "c", .bytes(event)) == .integer(1))
        #expect(try await redis.call("PUBLISH", "c", "next") == .integer(1))
        try await eventually("the next one comes") {
            delegate.events == [.subscribed("c"), .passedOver("c"), .message("next", on: "c")]
        }
        #expect(try await redis.call("SET", "k", .bytes(event)) == .simple("OK"))
        #expect(try await redis.call("GET", "k") == .null)
        #expect(subscription.isOpen && redis.isOpen)
        subscription.close()
        redis.close()
    }
}
