import HubClient
import TestSupport
import Testing

extension ClusterTests {
    @Suite("When sentinels name the primary")
    struct SentinelTests {
        @Test("and it crashes, everybody goes on with the next one")
        func crash() async throws {
            try await Self.failOver { set in
                set.servers[0].kill()
                try await set.waitUntilFailedOver()
            }
        }

        @Test("and another one is made the primary, hubs leave the old one though it works")
        func byHand() async throws {
            try await Self.failOver { set in
                // Only a replica that has everything is chosen.
                try await waitUntil("a failover begins", within: .seconds(30)) {
                    try set.sentinels[0].cli("SENTINEL", "FAILOVER", "main").contains("OK")
                }
                try await set.waitUntilFailedOver()
            }
        }

        @Test("and it hangs until another one was promoted, and goes on, everybody goes on with the new one")
        func hang() async throws {
            try await Self.failOver { set in
                set.servers[0].suspend()
                try await set.waitUntilFailedOver()
                set.servers[0].resume()
            }
        }

        @Test("and all of them are gone, the hubs go on with what they know")
        func noSentinels() async throws {
            try await SentinelSet.with { set in
                try await HubClient.with(HubClientConfiguration(urls: set.hubs.map(\.url))) { client in
                    try await Self.waitUntilReady(client)
                    for sentinel in set.sentinels { sentinel.kill() }
                    try await client.publish("1", to: "a")
                    try set.servers[0].cli("CLIENT", "KILL", "TYPE", "normal")
                    try set.servers[0].cli("CLIENT", "KILL", "TYPE", "pubsub")
                    try await waitUntil("it can be published to again") {
                        (try? await client.publish("2", to: "a")) != nil
                    }
                    let first = try await client.firstEvent(of: ["a"], from: .earliest)
                    #expect(first?.data == "1")
                }
            }
        }

        @Test("and one of them is wrong, the hubs stay where they are")
        func wrongSentinel() async throws {
            try await SentinelSet.with(hubs: 1) { set in
                try await HubClient.with(HubClientConfiguration(urls: set.hubs.map(\.url))) { client in
                    try await Self.waitUntilReady(client)
                    let port = try await FreePort.find()
                    try set.sentinels[1].cli("SENTINEL", "REMOVE", "main")
                    try set.sentinels[1].cli("SENTINEL", "MONITOR", "main", "127.0.0.1", "\(port)", "1")
                    try set.sentinels[2].cli("SENTINEL", "REMOVE", "main")
                    try set.sentinels[2].cli("SENTINEL", "MONITOR", "main", "127.0.0.1", "\(set.servers[1].port)", "1")
                    let logged = set.hubs[0].log.count
                    for number in 0..<20 {
                        try await client.publish("\(number)", to: "a")
                        try set.sentinels[1].cli("PUBLISH", "+switch-master", "main 127.0.0.1 1 127.0.0.1 \(port)")
                    }
                    #expect(!set.hubs[0].log.dropFirst(logged).contains("not ready"))
                }
            }
        }

        @Test("and none of them knows the name, the hub says so")
        func unknownName() async throws {
            try await SentinelSet.with(hubs: 1) { set in
                let bus = "redis+sentinel://127.0.0.1:\(set.sentinels[0].port)/other"
                let hub = HubProcess(in: set.directory, name: "lost", ["--bus", bus])
                try await hub.start()
                try await waitUntil("the reason is named") { hub.log.contains("it knows no primary of that name") }
                await hub.kill()
            }
        }

        /// Publishes while another server becomes the primary, and counts what everybody got.
        private static func failOver(_ change: (SentinelSet) async throws -> Void) async throws {
            try await SentinelSet.with { set in
                let clients = try set.hubs.map { try HubClient(HubClientConfiguration(urls: [$0.url])) }
                let result: Result<Void, any Error>
                do {
                    try await Self.failOver(set, clients, change)
                    result = .success(())
                } catch { result = .failure(error) }
                for client in clients { await client.shutdown() }
                try result.get()
            }
        }

        private static func failOver(
            _ set: SentinelSet, _ clients: [HubClient], _ change: (SentinelSet) async throws -> Void
        ) async throws {
            for client in clients { try await Self.waitUntilReady(client) }
            let fleet = SubscriberFleet(40, .init(topics: ["a"], hubs: set.hubs))
            let quiet = SubscriberFleet(10, .init(topics: ["quiet"], hubs: set.hubs))
            let publisher = NumberedPublisher(clients)
            await publisher.publish(50, to: "a")
            try await fleet.waitUntilReceived(publisher.counted.acknowledged)
            try await set.waitUntilReplicated()
            try await change(set)
            for client in clients {
                // The old primary may take them for a while, and they are lost with it.
                _ = try? await client.publish("1", to: "other")
            }
            try await waitUntil("every hub is with the new primary", within: .seconds(30)) {
                guard let port = try set.newPrimaryPort() else { return false }
                return set.hubs.allSatisfy { $0.log.contains(" endpoint=redis://127.0.0.1:\(port)") }
            }
            for client in clients { try await Self.waitUntilReady(client) }
            let before = publisher.counted.acknowledged["a"] ?? []
            await publisher.publish(50, to: "a")
            await publisher.publish(1, to: "quiet")
            let later = (publisher.counted.acknowledged["a"] ?? []).subtracting(before)
            #expect(later.count == 50 && publisher.counted.failures.isEmpty)
            try await fleet.waitUntilReceived(["a": later])
            try await quiet.waitUntilReceived(["quiet": publisher.counted.acknowledged["quiet"] ?? []])
            let lost = fleet.ledgers.reduce(0) { $0 + $1.lost(of: ["a": before]) }
            print("counted: failover: \(fleet.summary(["a": before.union(later)])); \(lost) of before lost")
            for ledger in fleet.ledgers { #expect(ledger.outOfOrder == 0 && ledger.lost(of: ["a": before]) == 0) }
            for ledger in fleet.ledgers + quiet.ledgers { #expect(ledger.resets.isEmpty, "nothing of it was lost") }
            #expect((fleet.ledgers + quiet.ledgers).allSatisfy { $0.openings.count == 1 })
            await fleet.stop()
            await quiet.stop()
        }

        private static func waitUntilReady(_ client: HubClient) async throws {
            try await waitUntil("the hub is ready", within: .seconds(30)) {
                await client.health().allSatisfy(\.isReady)
            }
        }
    }
}
