import Testing

@testable import RedisWire

@Suite struct RedisLocationTests {
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

    @Test func passwordsAreHidden() {
        #expect(
            RedisLocation.masking("redis+sentinel://u:p@s1/m?sentinel_password=sp&db=1")
                == "redis+sentinel://***@s1/m?sentinel_password=***&db=1")
        #expect(RedisLocation.masking("redis+sentinel://s1/m?sentinel_password=sp").hasSuffix("sentinel_password=***"))
        #expect(RedisLocation.masking("redis://u:p@h") == "redis://***@h")
    }
}
