import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import RedisWire

@Suite struct SubscriptionConnectionTests {
    private func channel(_ name: String) -> [UInt8] { Array(name.utf8) }

    @Test func messagesComeInOrderAndBatchesEnd() async throws {
        let server = try await RedisServer.started()
        let delegate = RecordingDelegate()
        let subscription = try await RedisSubscriptionConnection.connect(server.endpoint, delegate)
        subscription.subscribe([self.channel("a"), self.channel("b")])
        try await eventually("both subscribed") { delegate.events == [.subscribed("a"), .subscribed("b")] }
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        for start in stride(from: 0, to: 20_000, by: 1000) {
            let futures = (start..<start + 1000).map { number in
                redis.send(["PUBLISH", number % 2 == 0 ? "a" : "b", RedisArgument(number)])
            }
            for future in futures { _ = try await future.get() }
        }
        try await eventually("all messages came") { delegate.messages.count == 20_000 }
        #expect(delegate.messages == (0..<20_000).map { String($0) })
        try await eventually("batches end") { (1...20_000).contains(delegate.batches) }
        subscription.close()
        try await eventually("closed") { delegate.events.last == .closed(nil) }
        redis.close()
    }

    @Test func unsubscribedChannelsAreSilent() async throws {
        let server = try await RedisServer.started()
        let delegate = RecordingDelegate()
        let subscription = try await RedisSubscriptionConnection.connect(server.endpoint, delegate)
        // In one tick, so that no acknowledgement comes between.
        try await subscription.eventLoop.submit {
            subscription.subscribe([self.channel("a")])
            subscription.unsubscribe([self.channel("a")])
            subscription.subscribe([self.channel("a"), self.channel("b")])
            subscription.unsubscribe([self.channel("b")])
        }.get()
        try await eventually("settled") { delegate.events == [.subscribed("a"), .unsubscribed("b")] }
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        #expect(try await redis.call("PUBLISH", "a", "1") == .integer(1))
        #expect(try await redis.call("PUBLISH", "b", "2") == .integer(0))
        try await eventually("received") { delegate.events.last == .message("1", on: "a") }
        subscription.close()
        redis.close()
    }

    @Test func manyChannelsAreSubscribedAtOnce() async throws {
        let server = try await RedisServer.started()
        let delegate = RecordingDelegate()
        let subscription = try await RedisSubscriptionConnection.connect(server.endpoint, delegate)
        subscription.subscribe((0..<5000).map { self.channel("c\($0)") })
        try await eventually("all subscribed") { delegate.events == (0..<5000).map { .subscribed("c\($0)") } }
        subscription.close()
    }

    @Test func aKilledClientIsTold() async throws {
        let server = try await RedisServer.started()
        let delegate = RecordingDelegate()
        let subscription = try await RedisSubscriptionConnection.connect(server.endpoint, delegate)
        subscription.subscribe([self.channel("a")])
        try await eventually("subscribed") { delegate.events == [.subscribed("a")] }
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        #expect(try await redis.call("CLIENT", "KILL", "TYPE", "pubsub") == .integer(1))
        try await eventually("closed") { delegate.closeError == .closed("the server closed it") }
        #expect(!subscription.isOpen)
        #expect(try await subscription.closeFuture.get() == .closed("the server closed it"))
        redis.close()
    }

    @Test func aFrozenServerIsNoticed() async throws {
        let server = try await RedisServer.started()
        let delegate = RecordingDelegate()
        let subscription = try await RedisSubscriptionConnection.connect(
            server.endpoint, delegate, timeouts: RedisTimeouts.patient(liveness: .milliseconds(300)))
        server.suspend()
        try await eventually("closed") { delegate.closeError == .closed("nothing arrived within 300 ms") }
        #expect(!subscription.isOpen)
    }

    @Test func aQuietServerIsAsked() async throws {
        let server = try await RedisServer.started()
        let delegate = RecordingDelegate()
        let subscription = try await RedisSubscriptionConnection.connect(
            server.endpoint, delegate, timeouts: RedisTimeouts.patient(liveness: .seconds(4)))
        let redis = try await RedisCommandConnection.connect(server.endpoint)
        // One PING at the beginning of each connection; what is more asks for a sign of life.
        while subscription.isOpen, try await self.pings(redis) < 3 {}
        subscription.subscribe([self.channel("a")])
        while subscription.isOpen, try await self.pings(redis) < 4 {}
        #expect(delegate.closeError == nil)
        subscription.close()
        redis.close()
    }

    private func pings(_ redis: RedisCommandConnection) async throws -> Int {
        let text = try await redis.call("INFO", "commandstats").string ?? ""
        guard let range = text.firstRange(of: "cmdstat_ping:calls=") else { return 0 }
        return Int(text[range.upperBound...].prefix { $0 != "," }) ?? 0
    }

    @Test func aRefusedChannelClosesTheConnection() async throws {
        let server = try await RedisServer.started(configuration: ["user default on nopass ~* &a +@all"])
        let delegate = RecordingDelegate()
        let subscription = try await RedisSubscriptionConnection.connect(server.endpoint, delegate)
        subscription.subscribe([self.channel("a"), self.channel("b")])
        try await eventually("closed") { delegate.closeError?.serverCode == "NOPERM" }
        #expect(delegate.events.first == .subscribed("a"))
    }

    @Test func theDelegateMayCloseAndSubscribeFromInside() async throws {
        let server = try await RedisServer.started()
        let delegate = ClosingDelegate()
        let subscription = try await RedisSubscriptionConnection.connect(server.endpoint, delegate)
        delegate.connection.withLock { $0 = subscription }
        subscription.subscribe([self.channel("a")])
        #expect(try await subscription.closeFuture.get() == nil)
        try await eventually("told of the close, once") { delegate.calls.withLock { $0 } == ["a", "b", "closed"] }
    }
}
