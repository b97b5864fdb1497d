import HubCore
import HubRedis
import Logging
import NIOCore
import RedisWire
import TestSupport

/// What a server of a test stands on.
enum TestBus: CaseIterable {
    case memory, redis

    /// Runs a test with what makes buses of this kind, all with the same events if they are Redis's.
    func with(_ body: (@escaping (any EventLoop) -> any EventBus) async throws -> Void) async throws {
        guard self == .redis else {
            return try await body { MemoryBus(eventLoop: $0, replayCount: 1000, replayAge: .hours(1)) }
        }
        let redis = try RedisServer()
        defer { redis.stop() }
        try await redis.start()
        let endpoint = try RedisEndpoint(redis.socketURL)
        try await body {
            RedisBus(
                location: .server(endpoint), replayCount: 1000, replayAge: .hours(1), eventLoop: $0,
                logger: Logger(label: "test"))
        }
    }
}

extension TestServer {
    /// Waits until events can be published.
    func waitUntilReady() async throws {
        try await eventually("the bus is ready") { self.hub.bus.status == .ready }
    }
}
