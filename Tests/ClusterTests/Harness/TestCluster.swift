import Foundation
import HubClient
import TestSupport

/// Redis and some hubs, alive for the time of a test.
struct TestCluster: Sendable {
    let directory: TestDirectory
    let redis: RedisServer
    let hubs: [HubProcess]
    /// A client that knows all of the hubs as they were started.
    let client: HubClient
    /// Clients that know one hub each.
    let clients: [HubClient]

    /// Runs a test with a cluster, and leaves nothing of it behind, however the test ends.
    /// - Parameters:
    ///   - hubs: How many hubs.
    ///   - persistence: What survives a crash of Redis.
    ///   - redisConfiguration: More lines for redis.conf.
    ///   - hubArguments: More of the hubs' arguments.
    ///   - startsRedis: Whether Redis is there before the hubs, and the test begins once they are ready.
    static func with(
        hubs count: Int = 3, persistence: Persistence = .nothing, redisConfiguration: [String] = [],
        hubArguments: [String] = [], startsRedis: Bool = true, _ body: (TestCluster) async throws -> Void
    ) async throws {
        let directory = try TestDirectory()
        let redis = try RedisServer(
            directory: directory.file("redis"), port: await FreePort.find(),
            persistence.configuration + redisConfiguration)
        let bus = ["--bus", redis.url, "--heartbeat", "1s", "--drain", "1s"]
        let hubs = (1...count).map { HubProcess(in: directory, name: "hub\($0)", bus + hubArguments) }
        do {
            if startsRedis { try await redis.start() }
            for hub in hubs { try await hub.start() }
            try await Self.withClients(of: hubs) { client, clients in
                let cluster = TestCluster(
                    directory: directory, redis: redis, hubs: hubs, client: client, clients: clients)
                if startsRedis { try await cluster.waitUntilReady() }
                try await body(cluster)
            }
        } catch {
            for hub in hubs { print("--- the log of \(hub.name)\n\(hub.log.suffix(4000))") }
            await Self.end(redis, hubs, directory)
            throw error
        }
        await Self.end(redis, hubs, directory)
    }

    private static func withClients(
        of hubs: [HubProcess], _ body: (HubClient, [HubClient]) async throws -> Void
    ) async throws {
        let clients = try hubs.map { try HubClient(HubClientConfiguration(urls: [$0.url])) }
        let result: Result<Void, any Error>
        do {
            try await HubClient.with(HubClientConfiguration(urls: hubs.map(\.url))) { try await body($0, clients) }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        for client in clients { await client.shutdown() }
        try result.get()
    }

    private static func end(_ redis: RedisServer, _ hubs: [HubProcess], _ directory: TestDirectory) async {
        for hub in hubs { await hub.kill() }
        redis.kill()
        directory.remove()
    }

    /// Waits until every hub says that it is ready.
    func waitUntilReady() async throws {
        try await waitUntil("every hub is ready") { await self.client.health().allSatisfy(\.isReady) }
    }

    /// Waits until no hub says that it is ready.
    func waitUntilNotReady() async throws {
        try await waitUntil("no hub is ready") { await !self.client.health().contains(where: \.isReady) }
    }
}
