import Testing

@testable import HubRedis

@Suite struct ServerFactsTests {
    private func facts(_ lines: String...) -> ServerFacts {
        ServerFacts(info: (["# Server", "redis_version:7.0.15", "run_id:abc"] + lines).joined(separator: "\r\n"))
    }

    @Test func aPrimaryThatDoesNotEvictIsFine() {
        let facts = self.facts("role:master", "maxmemory_policy:noeviction")
        #expect(facts.run == "abc")
        #expect(facts.whyUnusable(isCluster: false) == nil)
        #expect(facts.whyEvicting == nil)
    }

    @Test func aServerThatTellsNothingIsTakenAsItIs() {
        let facts = ServerFacts(info: "")
        #expect(facts.isEmpty)
        #expect(facts.run.isEmpty)
        #expect(facts.whyUnusable(isCluster: false) == nil)
        #expect(facts.whyEvicting == nil)
    }

    @Test func replicasAndOldServersCannotBeUsed() {
        #expect(self.facts("role:slave").whyUnusable(isCluster: false)?.contains("replica") == true)
        #expect(ServerFacts(info: "redis_version:6.0.16").whyUnusable(isCluster: false)?.contains("6.2") == true)
        #expect(ServerFacts(info: "redis_version:6.2.0").whyUnusable(isCluster: false) == nil)
        #expect(ServerFacts(info: "redis_version:10.0.0").whyUnusable(isCluster: false) == nil)
    }

    @Test func theSoftwareIsNamed() {
        #expect(self.facts().software == "redis 7.0.15")
        // What Valkey 8.1 and 9.1 tell.
        #expect(self.facts("server_name:valkey", "valkey_version:8.1.1").software == "valkey 8.1.1")
        #expect(ServerFacts(info: "redis_version:7.2.4\r\nvalkey_version:9.1.2").software == "valkey 9.1.2")
        #expect(self.facts("server_name:elsewhere").software == "redis 7.0.15")
        #expect(ServerFacts(info: "").software == nil)
    }

    @Test func evictionIsNamed() {
        #expect(self.facts("maxmemory_policy:allkeys-lru").whyEvicting?.contains("allkeys-lru") == true)
    }
}
