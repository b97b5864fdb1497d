import Testing

@testable import RedisWire

@Suite struct RedisLocationTests {
    private func seeds(_ url: String) throws -> ClusterSeeds {
        guard case .cluster(let seeds) = try RedisLocation(url) else {
            throw InvalidRedisURL("it is of something else")
        }
        return seeds
    }

    private func group(_ url: String) throws -> SentinelGroup {
        guard case .sentinels(let group) = try RedisLocation(url) else {
            throw InvalidRedisURL("it is of a server")
        }
        return group
    }

    @Test func aServerIsOne() throws {
        #expect(try RedisLocation("redis://h:1/2") == .server(RedisEndpoint("redis://h:1/2")))
        #expect(throws: InvalidRedisURL.self) { try RedisLocation("sentinel://h/m") }
    }

    @Test func sentinelsAndTheServersThatTheyNameHaveTheirOwnCredentials() throws {
        let group = try self.group(
            "redis+sentinel://app:p%40ss@s1:1,s2,[::1]:3/mymaster?db=4&sentinel_user=su&sentinel_password=sp")
        #expect(group.name == "mymaster")
        #expect(
            group.sentinels.map(\.address) == [
                .tcp(host: "s1", port: 1), .tcp(host: "s2", port: 26379), .tcp(host: "::1", port: 3),
            ])
        #expect(group.sentinels.allSatisfy { $0.user == "su" && $0.password?.secret == "sp" && $0.database == 0 })
        let server = group.server(host: "10.0.0.1", port: 7000)
        #expect(server.address == .tcp(host: "10.0.0.1", port: 7000) && server.database == 4 && server.tls == nil)
        #expect(server.user == "app" && server.password?.secret == "p@ss")
        #expect(!"\(group)".contains("ss@") && !"\(group)".contains("sp"))
    }

    @Test func withoutCredentialsNobodyHasAny() throws {
        let group = try self.group("redis+sentinel://s1/m")
        #expect(group.sentinels.count == 1 && group.sentinels[0].password == nil)
        #expect(group.server(host: "h", port: 1).password == nil)
    }

    @Test func tlsIsForBothUnlessTheSentinelsHaveNone() throws {
        let both = try self.group("rediss+sentinel://s1,s2/m?ca=/ca.pem")
        #expect((both.sentinels + [both.server(host: "h", port: 1)]).allSatisfy { $0.tls?.authorityFile == "/ca.pem" })
        let servers = try self.group("rediss+sentinel://s1/m?sentinel_tls=off&verify=none")
        #expect(servers.sentinels[0].tls == nil && servers.server(host: "h", port: 1).tls?.verifies == false)
    }

    @Test(arguments: [
        "redis+sentinel://s1", "redis+sentinel://s1/", "redis+sentinel:///m", "redis+sentinel://s1,/m",
        "redis+sentinel://s1:0/m",
        "redis+sentinel://s1/m?ca=/f", "redis+sentinel://s1/m?sentinel_user=u", "redis+sentinel://s1/m?db=x",
        "redis+sentinel://s1/m?x=y", "rediss+sentinel://s1/m?sentinel_tls=maybe", "redis+sentinel://u@s1/m",
        "redis+sentinel://s1/a%20b",
    ])
    func whatIsWrongIsSaidWithoutASecret(url: String) throws {
        #expect(throws: InvalidRedisURL.self) { try RedisLocation(url) }
    }

    @Test func aClustersNodesHaveTheCredentialsOfTheURL() throws {
        let seeds = try self.seeds("redis+cluster://app:p%40ss@n1:1,n2,[::1]:3")
        #expect(
            seeds.nodes.map(\.address) == [
                .tcp(host: "n1", port: 1), .tcp(host: "n2", port: 6379), .tcp(host: "::1", port: 3),
            ])
        let node = seeds.node(host: "10.0.0.1", port: 7000, by: seeds.nodes[0])
        #expect(
            (seeds.nodes + [node]).allSatisfy { $0.user == "app" && $0.password?.secret == "p@ss" && $0.tls == nil })
        #expect(seeds.node(host: "", port: 7, by: seeds.nodes[1]).address == .tcp(host: "n2", port: 7))
        #expect(!"\(seeds)".contains("ss@") && "\(seeds)".hasPrefix("redis+cluster://app:***@n1:1,n2:6379,[::1]:3"))
        #expect(try self.seeds("redis+cluster://n1/").nodes.count == 1)
    }

    @Test func aCertificateHasTheNameOfWhoAnnouncesAnAddress() throws {
        let seeds = try self.seeds("rediss+cluster://redis.example,10.0.0.9?ca=/f")
        #expect(seeds.nodes.map(\.nameForTLS) == ["redis.example", nil])
        #expect(seeds.node(host: "10.0.0.1", port: 1, by: seeds.nodes[0]).nameForTLS == "redis.example")
        #expect(seeds.node(host: "other.example", port: 1, by: seeds.nodes[0]).nameForTLS == "other.example")
        #expect(seeds.node(host: "10.0.0.1", port: 1, by: seeds.nodes[1]).nameForTLS == nil)
        let named = try self.seeds("rediss+cluster://10.0.0.9,n1?tls_name=redis.example")
        #expect(named.nodes.map(\.nameForTLS) == ["redis.example", "n1"])
        #expect(named.node(host: "10.0.0.1", port: 1, by: named.nodes[1]).nameForTLS == "redis.example")
    }

    @Test(arguments: [
        "redis+cluster://", "redis+cluster://n1/0", "redis+cluster://n1,", "redis+cluster://n1:0",
        "redis+cluster://n1?db=1",
        "redis+cluster://n1?tls_name=n", "rediss+cluster://n1?verify=maybe", "redis+cluster://u@n1",
    ])
    func whatIsWrongWithAClustersURLIsSaid(url: String) throws {
        #expect(throws: InvalidRedisURL.self) { try RedisLocation(url) }
    }

    @Test func passwordsAreHidden() {
        #expect(
            RedisLocation.masking("redis+sentinel://u:p@s1/m?sentinel_password=sp&db=1")
                == "redis+sentinel://***@s1/m?sentinel_password=***&db=1")
        #expect(RedisLocation.masking("redis+sentinel://s1/m?sentinel_password=sp").hasSuffix("sentinel_password=***"))
        #expect(RedisLocation.masking("redis://u:p@h") == "redis://***@h")
    }
}
