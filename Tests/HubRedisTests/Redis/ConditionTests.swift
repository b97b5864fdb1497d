import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

@Suite struct ConditionTests {
    private func reason(_ member: TestMember) -> String {
        guard case .notReady(let reason) = member.bus.status else { return "" }
        return reason
    }

    @Test func aServerThatMayEvictIsNotReady() async throws {
        try await withRedis(["maxmemory 100mb", "maxmemory-policy allkeys-lru"]) { redis in
            try await withMember(redis.endpoint, waitUntilReady: false) { member in
                try await eventually("the reason is named") { self.reason(member).contains("maxmemory-policy") }
                try await eventually("the log says why") { member.log.all.contains { $0.contains("noeviction") } }
                try redis.cli("CONFIG", "SET", "maxmemory-policy", "noeviction")
                try redis.cli("CLIENT", "KILL", "TYPE", "normal")
                try await member.ready()
            }
        }
    }

    @Test func aReplicaIsNotReady() async throws {
        let port = try await FreePort.find()
        try await withRedis(["port \(port)"]) { _ in
            try await withRedis(["replicaof 127.0.0.1 \(port)"]) { replica in
                try await withMember(replica.endpoint, waitUntilReady: false) { member in
                    try await eventually("the reason is named") { self.reason(member).contains("replica") }
                    try replica.cli("REPLICAOF", "NO", "ONE")
                    try await member.ready()
                    try replica.cli("REPLICAOF", "127.0.0.1", "\(port)")
                    try await eventually("the change is noticed") { self.reason(member).contains("replica") }
                    #expect(member.log.all.count <= 4, "\(member.log.all)")
                }
            }
        }
    }

    @Test func statesOfANewerReleaseAreLeftAlone() async throws {
        try await withRedis { redis in
            try redis.cli(
                "HSET", "hub:{0}:state", "v", "3", "epoch", "6610706bcf2a3cbd", "ms", "1", "seq", "0", "floor", "0-0")
            try await withMember(redis.endpoint, waitUntilReady: false) { member in
                try await eventually("the reason is named") { self.reason(member).contains("newer release") }
                #expect(try redis.cli("HGET", "hub:{0}:state", "v") == "3")
            }
        }
    }

    @Test func theLogNamesTheServerOnce() async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let info = try redis.cli("INFO", "server")
                let version = try #require(
                    info.firstMatch(of: /valkey_version:\S+/) ?? info.firstMatch(of: /redis_version:\S+/))
                let expected = String(version.output.replacing("_version:", with: " "))
                try await eventually("the line is there") { member.log.servers == [expected] }
                try redis.cli("CLIENT", "KILL", "TYPE", "normal")
                try await eventually("it is connected again") { member.bus.reconnects.commands == 1 }
                try await member.ready()
                #expect(member.log.servers == [expected])
            }
        }
    }

    @Test func theLeastPrivilegesSuffice() async throws {
        try await withRedis { redis in
            try redis.cli(["ACL", "SETUSER", "hub", "on", ">secret"] + LeastPrivilege.hub)
            try redis.cli(["ACL", "SETUSER", "app", "on", ">secret"] + LeastPrivilege.application)
            let endpoint = try RedisEndpoint("unix://hub:secret@\(redis.socket)")
            try await withMember(endpoint, replayAge: .seconds(5)) { member in
                let topic = try Topic("news")
                try await member.subscribe(topic)
                try redis.cli("SCRIPT", "FLUSH")
                try await member.publish(topic, "x", key: "k")
                _ = try await member.tail(topic)
                _ = try await member.bus.topics(after: nil, limit: 5).get()
                try await redis.functionsAreLoaded()
                let login = ["--user", "app", "--pass", "secret", "--no-auth-warning"]
                let answer = try redis.publish("news", "y", "n", "5", options: login)
                #expect(EventID(answer) != nil, "\(answer)")
                try await eventually("both events arrive") { member.recorder.events.count == 2 }
                #expect(try await member.bus.delete(topic).get())
                member.bus.reportRollback(of: try #require(member.recorder.epochs.first))
                try await eventually("a new epoch begins") { member.recorder.epochs.count == 2 }
                member.bus.unsubscribe(topic)
                try await eventually("the topic is retired") { try redis.cli("ZCARD", "hub:{0}:names") == "1" }
                try await member.ready()
                #expect(member.log.all == ["warning events that were seen are gone from Redis"])
            }
            #expect(try redis.cli("ACL", "LOG") == "")
        }
    }

    @Test func aFunctionCallThatMayNotTellTheHubsChangesNothing() async throws {
        try await withRedis { redis in
            try redis.cli(["ACL", "SETUSER", "app", "on", ">secret", "~*", "+@all"])
            try await withMember(redis.endpoint) { member in
                try await redis.functionsAreLoaded()
                let login = ["--user", "app", "--pass", "secret", "--no-auth-warning"]
                let answer = try redis.publish("news", "x", options: login)
                #expect(answer.hasPrefix("NOPERM hub: the user may not PUBLISH"), "\(answer)")
                #expect(try await member.tail(Topic("news")).last == nil)
            }
        }
    }

    @Test func aUserWhoMayNotSubscribeIsNotReady() async throws {
        try await withRedis { redis in
            try redis.cli(["ACL", "SETUSER", "hub", "on", ">secret", "~*", "+@all"])
            let endpoint = try RedisEndpoint("unix://hub:secret@\(redis.socket)")
            try await withMember(endpoint, waitUntilReady: false) { member in
                try await eventually("the reason is named") { self.reason(member).contains("NOPERM") }
                #expect(member.log.all.count <= 3, "\(member.log.all)")
            }
        }
    }

    @Test func withoutFunctionsAndInfoTheBusWorks() async throws {
        try await withRedis { redis in
            let less = LeastPrivilege.hub.filter { !$0.contains("function") && $0 != "+fcall" && $0 != "+info" }
            try redis.cli(["ACL", "SETUSER", "hub", "on", ">secret"] + less)
            try await withMember(RedisEndpoint("unix://hub:secret@\(redis.socket)")) { member in
                try await member.publish(Topic("news"), "x")
                try await eventually("what is missing is logged once") { member.log.all.count == 2 }
            }
        }
    }
}
