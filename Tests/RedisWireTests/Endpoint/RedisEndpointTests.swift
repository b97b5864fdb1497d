import Testing

@testable import RedisWire

@Suite struct RedisEndpointTests {
    @Test(arguments: [
        ("redis://localhost", "redis://localhost:6379"),
        ("REDIS://10.0.0.1:7000/", "redis://10.0.0.1:7000"),
        ("redis://[::1]:7000/15", "redis://[::1]:7000/15"),
        ("redis://[fe80::1]", "redis://[fe80::1]:6379"),
        ("rediss://:secret@r.example/2?verify=none", "rediss://:***@r.example:6379/2"),
        ("redis://al%40ice:s%3Aecret%2F@h", "redis://al@ice:***@h:6379"),
        ("redis://:s:e@c@h:1", "redis://:***@h:1"),
        ("redis://h?db=4", "redis://h:6379/4"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
        ("redis+unix:///run/a%20b.sock?db=3", "unix:///run/a b.sock?db=3"),
        ("unix://u:p@/s@x", "unix://u:***@/s@x"),
    ]) func isReadAndDescribedWithoutThePassword(url: String, description: String) throws {
        #expect(try RedisEndpoint(url).description == description)
    }

    @Test func userAndPasswordArePercentDecoded() throws {
        let endpoint = try RedisEndpoint("redis://al%40ice:s%3Aecr%C3%A9t%2F@h")
        #expect(endpoint.user == "al@ice")
        #expect(endpoint.password?.secret == "s:ecrét/")
    }

    @Test func optionsOfTLS() throws {
        let plain = try RedisEndpoint("rediss://h")
        #expect(plain.tls == RedisTLS())
        let endpoint = try RedisEndpoint("rediss://h?ca=/etc/a%26b.pem&verify=full")
        #expect(endpoint.tls == RedisTLS(authorityFile: "/etc/a&b.pem", verifies: true))
        #expect(endpoint.nameForTLS == "h")
        #expect(try RedisEndpoint("rediss://127.0.0.1").nameForTLS == nil)
        #expect(try RedisEndpoint("rediss://[::1]").nameForTLS == nil)
    }

    @Test(arguments: [
        "", "localhost", "localhost:6379", "http://h", "redis:h", "redis://", "redis://:hunter2@", "redis://h:0",
        "redis://h:65536", "redis://h:+1", "redis://h:x", "redis://h/x", "redis://h/-1", "redis://h/1/2",
        "redis://[::1", "redis://[::1]x", "redis://[]", "redis://::1:6379", "redis://u@h", "redis://u:%zz@h",
        "redis://:%ff@h", "redis://:hunter2/@h", "redis://:hunter2?x@h", "redis://h#hunter2", "redis://h o",
        "redis://h?hunter2", "redis://h?verify=none", "redis://h?ca=/x", "rediss://h?verify=maybe", "rediss://h?ca=",
        "redis://h?db=x", "redis://h?hunter2=1", "unix://s", "unix://", "unix:///", "unix://h/s",
        "unix:///\(String(repeating: "x", count: 108))", "unix:///s?ca=/x", "hunter2://h",
    ]) func aBadURLIsRefusedInOneLineWithoutAnyOfIt(url: String) throws {
        let error = #expect(throws: InvalidRedisURL.self) { try RedisEndpoint(url) }
        let text = try #require(error).description
        #expect(!text.contains("\n") && !text.isEmpty && text.utf8.count < 160)
        #expect(!text.contains("hunter2"))
    }

    @Test func thePasswordIsInNoDump() throws {
        let endpoint = try RedisEndpoint("redis://u:hunter2@h")
        var text = "\(endpoint) \(String(reflecting: endpoint))"
        dump(endpoint, to: &text)
        #expect(!text.contains("hunter2"))
    }

    @Test(arguments: [
        ("redis://u:hunter2@h:x", "redis://***@h:x"), ("redis://:hunter2/?#@h", "redis://***@h"),
        ("nonsense", "nonsense"),
        ("hunter2@h", "***@h"), ("a@b://c", "***@b://c"),
    ]) func maskingHidesWhatMayBeAPassword(url: String, masked: String) {
        #expect(RedisEndpoint.masking(url) == masked)
    }
}
