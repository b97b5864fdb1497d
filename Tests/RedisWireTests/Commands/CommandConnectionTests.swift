import NIOCore
import TestSupport
import Testing

@testable import RedisWire

@Suite struct CommandConnectionTests {
    @Test func commandsAreAnsweredInOrder() async throws {
        let server = try await RedisServer.started()
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        let futures = (1...10_000).map { _ in redis.send(["INCR", "n"]) }
        for (index, future) in futures.enumerated() {
            let reply = try await future.get()
            #expect(reply == .integer(Int64(index + 1)))
        }
        redis.close()
        #expect(try await redis.closeFuture.get() == nil)
        #expect(!redis.isOpen)
    }

    @Test func anyBytesComeBackAsTheyWent() async throws {
        let server = try await RedisServer.started()
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try await redis.call("SET", "k", .bytes(bytes)) == .simple("OK"))
        #expect(try await redis.call("GET", "k") == .bulk(bytes))
        #expect(try await redis.call("GET", "absent") == .null)
        redis.close()
    }

    @Test func anErrorReplyFailsItsCommandOnly() async throws {
        let server = try await RedisServer.started()
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        let error = try #require(await redis.failure(of: "EVALSHA", "0123456789012345678901234567890123456789", 0))
        #expect(error.serverCode == "NOSCRIPT")
        #expect(try await redis.call("PING") == .simple("PONG"))
        redis.close()
    }

    @Test func afterTheEndNothingIsSent() async throws {
        let server = try await RedisServer.started()
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        redis.close()
        #expect(await redis.failure(of: "PING") == .notSent("the connection is closed"))
    }
}
