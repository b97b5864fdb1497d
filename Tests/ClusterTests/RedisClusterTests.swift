import Foundation
import HubClient
import TestSupport
import Testing

extension ClusterTests {
    @Suite("When Redis is a cluster", .serialized)
    struct RedisClusterTests {
        @Test("and the node with the slot crashes, everybody goes on with its replica")
        func crash() async throws {
            try await Self.publishing { cluster, _ in
                let owner = try #require(cluster.owner)
                owner.kill()
                try await cluster.waitForOwner(otherThan: owner)
            }
        }

        @Test("and a replica takes over by hand, publishers hear nothing of it")
        func takeOver() async throws {
            try await Self.publishing { cluster, publisher in
                let owner = try #require(cluster.owner)
                let replica = try #require(cluster.replicas(of: owner).first)
                try replica.cli("CLUSTER", "FAILOVER")
                try await cluster.waitForOwner(otherThan: owner)
                try await Self.waitUntilGoingOn(publisher)
                Self.expectNobodyWasSentAway(publisher)
            }
        }

        @Test("and the slot moves to another node and back, nobody hears anything of it")
        func moves() async throws {
            try await Self.publishing { cluster, publisher in
                let owner = try #require(cluster.owner)
                let other = try #require(cluster.nodes.prefix(3).first(where: { $0 !== owner }))
                for target in [other, owner] {
                    try cluster.moveSlot(to: target)
                    try await Self.waitUntilGoingOn(publisher)
                }
                Self.expectNobodyWasSentAway(publisher)
            }
        }

        @Test(
            "and the node with the slot hangs until its replica was promoted, and goes on, everybody goes on with the new one"
        )
        func hang() async throws {
            try await Self.publishing { cluster, _ in
                let owner = try #require(cluster.owner)
                owner.suspend()
                try await waitUntil("its replica is promoted", within: .seconds(30)) {
                    try cluster.nodes.filter { $0 !== owner }.count { try $0.cli("ROLE").hasPrefix("master") } == 3
                }
                owner.resume()
                try await cluster.waitForOwner(otherThan: owner)
            }
        }

        @Test("and the node with the slot is gone for a while, with no replica, the hubs say so and then go on")
        func shardGone() async throws {
            try await RedisCluster.with(hubs: 1, replicas: 0) { cluster in
                try await HubClient.with(HubClientConfiguration(urls: cluster.hubs.map(\.url))) { client in
                    try await Self.waitUntilReady(client)
                    let owner = try #require(cluster.owner)
                    try owner.cli("CONFIG", "SET", "appendonly", "yes")
                    try await client.publish("1", to: "a")
                    owner.kill()
                    try await waitUntil("the hub says so") { await client.health().allSatisfy { !$0.isReady } }
                    await #expect(throws: HubClientError.self) { try await client.publish("lost", to: "a") }
                }
            }
        }

        @Test("and it was taken for a single server, or the other way round, the hub says which it is")
        func mistaken() async throws {
            try await RedisCluster.with(hubs: 1, replicas: 0) { cluster in
                let hub = HubProcess(in: cluster.directory, name: "plain", ["--bus", cluster.nodes[0].url])
                try await hub.start()
                try await waitUntil("the way out is named") { hub.log.contains("--bus redis+cluster://") }
                await hub.kill()
            }
            try await TestCluster.with(hubs: 1) { cluster in
                let bus = "redis+cluster://127.0.0.1:\(cluster.redis.port)"
                let hub = HubProcess(in: cluster.directory, name: "clustered", ["--bus", bus])
                try await hub.start()
                try await waitUntil("the way out is named") { hub.log.contains("--bus redis://HOST:PORT") }
                await hub.kill()
            }
        }

        @Test("and some of its keys have moved and others not, nothing is half done")
        func halfMoved() async throws {
            try await RedisCluster.with(hubs: 1, replicas: 0) { cluster in
                try await HubClient.with(HubClientConfiguration(urls: cluster.hubs.map(\.url))) { client in
                    try await Self.waitUntilReady(client)
                    try await client.publish("1", to: "a", key: "k")
                    let source = try #require(cluster.owner)
                    let target = try #require(cluster.nodes.first { $0 !== source })
                    try cluster.beginMove(from: source, to: target)
                    for key in ["key:k", "log:a", "retired", "names", "topics", "last", "state"] {
                        try cluster.move("hub:{0}:\(key)", from: source, to: target)
                        let before = try source.cli("KEYS", "*") + target.cli("KEYS", "*")
                        let error = await #expect(throws: HubClientError.self) {
                            try await client.publish("2", to: "a", key: "k")
                        }
                        #expect(error?.code == .unavailable, "\(key): \(String(describing: error))")
                        if key != "key:k" {
                            await #expect(throws: HubClientError.self) { try await client.topics() }
                        }
                        #expect(try source.cli("KEYS", "*") + target.cli("KEYS", "*") == before)
                        // The hub would make anew what is missing, if it asked now.
                        cluster.hubs[0].signal(SIGSTOP)
                        try source.cli("CLUSTER", "SETSLOT", RedisCluster.slot, "STABLE")
                        try cluster.move("hub:{0}:\(key)", from: target, to: source)
                        try cluster.beginMove(from: source, to: target)
                        cluster.hubs[0].signal(SIGCONT)
                    }
                    while let key = try source.cli("CLUSTER", "GETKEYSINSLOT", RedisCluster.slot, "1").nonEmpty {
                        try cluster.move(key, from: source, to: target)
                    }
                    try cluster.endMove(to: target)
                    try await waitUntil("publishing goes on") { (try? await client.publish("2", to: "a")) != nil }
                    #expect(try target.cli("XLEN", "hub:{0}:log:a") == "2")
                }
            }
        }

        @Test("and the hub's user has the least rights, everything works")
        func leastPrivilege() async throws {
            let rights = """
                on >secret ~hub:{0} ~hub:{0}:* &hub:{0}:* -@all +ping +echo +auth +client|setname +select +info \
                +subscribe +unsubscribe +publish +evalsha +script|load +fcall +function|load \
                +time +get +set +del +unlink +hget +hset +hmget +hdel \
                +zadd +zrem +zrangebyscore +zrangebylex +xadd +xtrim +xlen +xrange +xrevrange \
                +cluster|slots +ssubscribe +sunsubscribe +spublish
                """.split(separator: " ").map(String.init)
            try await RedisCluster.with(hubs: 1, replicas: 0) { cluster in
                for node in cluster.nodes { #expect(try node.cli(["ACL", "SETUSER", "hub"] + rights) == "OK") }
                let bus = "redis+cluster://hub:secret@127.0.0.1:\(cluster.nodes[0].port)"
                let hub = HubProcess(in: cluster.directory, name: "least", ["--bus", bus, "--heartbeat", "1s"])
                try await hub.start()
                try await HubClient.with(HubClientConfiguration(urls: [hub.url])) { client in
                    try await Self.waitUntilReady(client)
                    let fleet = SubscriberFleet(2, .init(topics: ["a"], hubs: [hub]))
                    try await fleet.waitUntilOpen()
                    try await client.publish("1", to: "a")
                    try await fleet.waitUntilReceived(["a": [1]])
                    await fleet.stop()
                }
                await hub.kill()
                #expect(!hub.log.contains("rights") && !hub.log.contains("NOPERM"), "\(hub.log)")
            }
        }

        @Test("and who publishes by FCALL names all keys, every hub delivers it")
        func function() async throws {
            try await RedisCluster.with { cluster in
                try await HubClient.with(HubClientConfiguration(urls: cluster.hubs.map(\.url))) { client in
                    try await Self.waitUntilReady(client)
                    let fleet = SubscriberFleet(4, .init(topics: ["a"], hubs: cluster.hubs))
                    try await fleet.waitUntilOpen()
                    let owner = try #require(cluster.owner)
                    try await waitUntil("the library is there") {
                        try owner.cli("FUNCTION", "LIST").contains("hub_publish")
                    }
                    let keys = ["state", "last", "topics", "names", "retired", "log:a"].map { "hub:{0}:\($0)" }
                    #expect(try owner.cli(["FCALL", "hub_publish", "6"] + keys + ["a", "1"]).utf8.count == 33)
                    #expect(try owner.cli("FCALL", "hub_publish", "1", "hub:{0}", "a", "2").contains("name all keys"))
                    try await fleet.waitUntilReceived(["a": [1]])
                    await fleet.stop()
                }
            }
        }

        /// Publishes while the cluster changes, and counts what everybody got.
        private static func publishing(
            _ change: (RedisCluster, NumberedPublisher) async throws -> Void
        ) async throws {
            try await RedisCluster.with { cluster in
                let clients = try cluster.hubs.map { try HubClient(HubClientConfiguration(urls: [$0.url])) }
                let result: Result<Void, any Error>
                do {
                    try await Self.publishing(cluster, clients, change)
                    result = .success(())
                } catch { result = .failure(error) }
                for client in clients { await client.shutdown() }
                try result.get()
            }
        }

        private static func publishing(
            _ cluster: RedisCluster, _ clients: [HubClient],
            _ change: (RedisCluster, NumberedPublisher) async throws -> Void
        ) async throws {
            for client in clients { try await Self.waitUntilReady(client) }
            let fleet = SubscriberFleet(40, .init(topics: ["a"], hubs: cluster.hubs))
            try await fleet.waitUntilOpen()
            let publisher = NumberedPublisher(clients)
            async let publishing: Void = publisher.run(topics: ["a"])
            let result: Result<Void, any Error>
            do {
                try await Self.waitUntilGoingOn(publisher)
                try await change(cluster, publisher)
                try await Self.waitUntilGoingOn(publisher)
                result = .success(())
            } catch { result = .failure(error) }
            publisher.stop()
            await publishing
            try result.get()
            #expect(publisher.counted.failures.isEmpty)
            // What an old primary has acknowledged and its replica has not got is lost, and told.
            let acknowledged = publisher.counted.acknowledged
            let isTold = fleet.ledgers.contains { !$0.resets.isEmpty }
            if !isTold { try await fleet.waitUntilReceived(acknowledged) }
            fleet.expectNothingWrong("a cluster changes", isTold ? [:] : acknowledged, resets: isTold)
            await fleet.stop()
        }

        /// Expects that no publisher has heard of the move. On a slow machine one may have waited in vain for other reasons.
        private static func expectNobodyWasSentAway(_ publisher: NumberedPublisher) {
            let reasons = publisher.counted.reasons
            #expect(!reasons.contains { $0.contains("MOVED") || $0.contains("not connected") }, "\(reasons)")
            print("counted: refused while it moved: \(reasons.count)")
        }

        /// Waits until a hundred more events are published.
        private static func waitUntilGoingOn(_ publisher: NumberedPublisher) async throws {
            let before = publisher.counted.total
            try await waitUntil("publishing goes on", within: .seconds(30)) {
                publisher.counted.total >= before + 100
            }
        }

        private static func waitUntilReady(_ client: HubClient) async throws {
            try await waitUntil("the hub is ready", within: .seconds(30)) {
                await client.health().allSatisfy(\.isReady)
            }
        }
    }
}

extension String {
    fileprivate var nonEmpty: String? { self.isEmpty ? nil : self }
}
