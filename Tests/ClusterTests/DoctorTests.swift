import TestSupport
import Testing

extension ClusterTests {
    @Suite("hub doctor")
    struct DoctorTests {
        private static func ask(_ arguments: String...) throws -> (end: ChildProcess.End, text: String) {
            let (end, output) = try ChildProcess.run([Binaries.hub, "doctor"] + arguments)
            return (end, output)
        }

        @Test("says what a server's settings mean, and changes nothing there")
        func server() async throws {
            let redis = try RedisServer(port: await FreePort.find())
            defer { redis.stop() }
            try await redis.start()
            let (end, text) = try Self.ask("--bus", redis.url)
            #expect(
                end == .exited(0) && text.contains("ok    the user has the rights")
                    && text.contains("warn  no persistence"), "\(text)")
            #expect(try redis.cli("DBSIZE") == "0")
            try redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
            #expect(try Self.ask("--bus", redis.url).end == .exited(1))
            #expect(try Self.ask("--bus", redis.url).text.contains("FAIL  Redis may evict"))
        }

        @Test("names what the user may not do", arguments: ["subscribe", "xadd", "wait", "publish"])
        func rights(missing: String) async throws {
            let redis = try RedisServer(port: await FreePort.find())
            defer { redis.stop() }
            try await redis.start()
            try redis.cli("ACL", "SETUSER", "hub", "on", ">secret", "~*", "&*", "+@all", "-" + missing)
            let (end, text) = try Self.ask(
                "--bus", "redis://hub:secret@127.0.0.1:\(redis.port)", "--redis-wait", missing == "wait" ? "1" : "0")
            #expect(
                end == .exited(1) && text.contains("FAIL  hubs can't work")
                    && (text.contains(missing) || text.contains(missing.uppercased())), "\(text)")
        }

        @Test("finds the server by sentinels, or in a cluster")
        func placements() async throws {
            try await SentinelSet.with(hubs: 0) { set in
                let (end, text) = try Self.ask("--bus", "redis+sentinel://127.0.0.1:\(set.sentinels[0].port)/main")
                #expect(
                    end == .exited(0) && text.contains(":\(set.servers[0].port)") && text.contains("2 replicas"),
                    "\(text)")
            }
            try await RedisCluster.with(hubs: 0, replicas: 0) { cluster in
                let (end, text) = try Self.ask("--bus", "redis+cluster://127.0.0.1:\(cluster.nodes[1].port)")
                let owner = try #require(cluster.owner)
                #expect(end == .exited(0) && text.contains(":\(owner.port)"), "\(text)")
                #expect(try owner.cli("DBSIZE") == "0")
            }
        }

        @Test("says why it reaches none")
        func nobody() async throws {
            let port = try await FreePort.find()
            #expect(try Self.ask("--bus", "redis://127.0.0.1:\(port)").end == .exited(69))
        }
    }
}
