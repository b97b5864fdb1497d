import NIOCore
import TestSupport
import Testing

@testable import RedisWire

@Suite struct MalformedReplyTests {
    @Test(
        arguments: [
            ("*2147483647\r\n", "an array of 2147483647 elements exceeds the limit of 1048576 in one reply"),
            ("$999999999999\r\n", "a string of 999999999999 bytes exceeds the limit of 67108864"),
            ("%1\r\n+a\r\n+b\r\n", "Protocol error, got \"%\" as reply type byte"),
            ("garbage", "Protocol error, got \"g\" as reply type byte"),
        ]) func closesTheConnectionWithItsReason(reply: String, reason: String) async throws
    {
        let server = try await FakeServer(answers: [FakeServer.handshake, reply])
        let redis = try await RedisCommandConnection.connect(RedisEndpoint("redis://127.0.0.1:\(server.port)"))
        let error = try #require(await redis.failure(of: "GET", "k"))
        #expect(error == .outcomeUnknown("Redis broke the protocol: \(reason)"))
        #expect(try await redis.closeFuture.get() == .protocolViolation(reason))
    }

    @Test func aReplyThatNobodyAskedForClosesTheConnection() async throws {
        let server = try await FakeServer(answers: [FakeServer.handshake, "+A\r\n+B\r\n"])
        let redis = try await RedisCommandConnection.connect(RedisEndpoint("redis://127.0.0.1:\(server.port)"))
        let reason = "a reply is missing, or came twice: those that follow can't be told apart"
        #expect(await redis.failure(of: "GET", "k") == .outcomeUnknown("Redis broke the protocol: \(reason)"))
        #expect(try await redis.closeFuture.get() == .protocolViolation(reason))
    }

    @Test func aSubscriptionIsClosedToo() async throws {
        let server = try await FakeServer(answers: [FakeServer.handshake, "*3\r\n$7\r\nmessage\r\n*2147483647\r\n"])
        let delegate = RecordingDelegate()
        let redis = try await RedisSubscriptionConnection.connect(
            RedisEndpoint("redis://127.0.0.1:\(server.port)"), delegate)
        redis.subscribe([[1]])
        let reason = "an array of 2147483647 elements exceeds the limit of 1048576 in one reply"
        try await eventually("closed") { delegate.events == [.closed(.protocolViolation(reason))] }
        #expect(!redis.isOpen)
    }

    @Test func aServerThatClosesAfterAnAnswerLosesNothingOfIt() async throws {
        let server = try await FakeServer(answers: [FakeServer.handshake, "+A\r\n", nil])
        let redis = try await RedisCommandConnection.connect(RedisEndpoint("redis://127.0.0.1:\(server.port)"))
        #expect(try await redis.call("GET", "k") == .simple("A"))
        let error = try #require(await redis.failure(of: "GET", "k"))
        #expect(error == .outcomeUnknown("the connection to Redis is gone: the server closed it"))
    }
}
