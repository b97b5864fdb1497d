import HubCore
import NIOCore
import RedisWire
import TestSupport
import Testing

@testable import HubRedis

/// A right that the hub's user lacks is found out before anything is written, and said.
@Suite struct RightsTests {
    /// Every command that a script carries out.
    private static let commands = [
        "time", "get", "set", "del", "unlink", "hget", "hset", "hmget", "hdel", "zadd", "zrem",
        "zrangebyscore",
        "zrangebylex", "xadd", "xtrim", "xlen", "xrange", "xrevrange", "publish",
    ]

    private static let lacks =
        Self.commands.map { ["-" + $0] }
        + [
            ["resetchannels", "&hub:{0}:control", "&hub:{0}:probe:*"], ["resetchannels", "&hub:{0}:live:*"],
            [
                "resetkeys", "~hub:{0}", "~hub:{0}:retired", "~hub:{0}:state", "~hub:{0}:last", "~hub:{0}:names",
                "~hub:{0}:topics",
                "~hub:{0}:key:*",
            ],
            [
                "resetkeys", "~hub:{0}", "~hub:{0}:retired", "~hub:{0}:state", "~hub:{0}:last", "~hub:{0}:names",
                "~hub:{0}:topics",
                "~hub:{0}:log:*",
            ],
            [
                "resetkeys", "~hub:{0}", "~hub:{0}:retired", "~hub:{0}:state", "~hub:{0}:names", "~hub:{0}:topics",
                "~hub:{0}:key:*",
                "~hub:{0}:log:*",
            ],
            [
                "resetkeys", "~hub:{0}", "~hub:{0}:retired", "~hub:{0}:state", "~hub:{0}:last", "~hub:{0}:topics",
                "~hub:{0}:key:*",
                "~hub:{0}:log:*",
            ],
            [
                "resetkeys", "~hub:{0}", "~hub:{0}:state", "~hub:{0}:last", "~hub:{0}:names", "~hub:{0}:topics",
                "~hub:{0}:key:*", "~hub:{0}:log:*",
            ],
        ]

    private func endpoint(_ redis: RedisServer) throws -> RedisEndpoint {
        try RedisEndpoint("unix://hub:secret@\(redis.socket)")
    }

    private func reason(_ member: TestMember) -> String {
        guard case .notReady(let reason) = member.bus.status else { return "" }
        return reason
    }

    private func grant(_ redis: RedisServer, _ rules: [String]) throws {
        try redis.cli(["ACL", "SETUSER", "hub", "reset", "on", ">secret"] + LeastPrivilege.hub + rules)
    }

    /// The text of a whole log.
    private func log(_ redis: RedisServer, _ topic: String) throws -> String {
        try redis.cli("XRANGE", "hub:{0}:log:\(topic)", "-", "+")
    }

    @Test(arguments: Self.lacks) func nothingIsWrittenWithoutARight(rules: [String]) async throws {
        try await withRedis { redis in
            try self.grant(redis, [])
            try await withMember(self.endpoint(redis), replayAge: .minutes(2)) { member in
                let (old, new) = (try Topic("old"), try Topic("new"))
                try await member.publish(old, "first")
                try self.grant(redis, rules)
                try await eventually("it is not ready, and says why") { self.reason(member).contains("NOPERM") }
                #expect(self.reason(member).utf8.count < 400, "\(self.reason(member))")
                for topic in [old, new] {
                    let before = try self.log(redis, topic.name)
                    do {
                        let id = try await member.publish(topic, "second", key: "k\(topic)")
                        #expect(try self.log(redis, topic.name).contains("second"), "acknowledged: \(id)")
                    } catch let error as BusError {
                        #expect(error.isUnavailable, "\(error)")
                        #expect(try self.log(redis, topic.name) == before, "\(error)")
                    }
                }
                try self.grant(redis, [])
                try await member.ready()
                for topic in [old, new] {
                    try await member.publish(topic, "second", key: "k\(topic)")
                    try await member.publish(topic, "third")
                    let data = try await member.tail(topic).entries.map(\.data.text)
                    #expect(data.filter { $0 == "second" }.count == 1 && data.last == "third", "\(data)")
                }
            }
        }
    }

    /// The same for an application's user, by the function.
    @Test(arguments: ["set", "del", "hget", "hset", "zadd", "xadd", "publish", "hmget", "time"])
    func theFunctionWritesNothingWithoutARight(command: String) async throws {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                try await redis.functionsAreLoaded()
                try redis.cli(
                    ["ACL", "SETUSER", "app", "on", ">secret"] + LeastPrivilege.application + ["-" + command])
                let login = ["--user", "app", "--pass", "secret", "--no-auth-warning"]
                let answer = try redis.publish("news", "x", options: login)
                if command == "set" {
                    #expect(answer.utf8.count == 33, "it has no idempotency keys: \(answer)")
                } else {
                    #expect(answer.contains("NOPERM"), "\(answer)")
                    #expect(try self.log(redis, "news").isEmpty)
                }
            }
        }
    }

    /// Before 7.0 a script can't ask for rights: then the outcome is unknown, and what was written stays whole.
    @Test(arguments: ["xtrim", "publish", "set", "zadd"]) func anErrorAfterTheFirstWriteIsUnknown(command: String)
        async throws
    {
        try await withRedis { redis in
            try await withMember(redis.endpoint) { member in
                let topic = try Topic("news")
                try await member.publish(topic, "first")
                try redis.cli(
                    ["ACL", "SETUSER", "old", "on", ">secret", "allcommands", "allkeys", "allchannels", "-" + command])
                let source = String(decoding: HubScript.publish.source(isSharded: false), as: UTF8.self)
                    .replacing("redis.acl_check_cmd", with: "redis.of_a_later_release")
                let arguments = ["", "0", "0", "abc", "100", "1", "0", "1", "key", "", "", "second", "news"]
                try await eventually("a tick later") {
                    try redis.cli("TIME").split(separator: "\n").first.map { UInt64($0) ?? 0 } != nil
                }
                let answer = try redis.cli(
                    ["--user", "old", "--pass", "secret", "--no-auth-warning", "EVAL", source, "1", "hub:{0}:state"]
                        + arguments)
                if answer.contains("NOPERM") { #expect(answer.contains("UNKNOWN hub: "), "\(answer)") }
                try await member.publish(topic, "third")
                let data = try await member.tail(topic).entries.map(\.data.text)
                #expect(data.last == "third" && Set(data).count == data.count)
                let events = try await member.tail(topic).entries
                for (left, right) in zip(events, events.dropFirst()) { #expect(right.previous == left.offset) }
            }
        }
    }

    @Test func anErrorOfAScriptSaysWhetherAnythingWasDone() {
        let certain = ["NOPERM no", "OOM no", "ERR hub: malformed call", "NOSCRIPT no", "BUSY no"]
        let uncertain = [
            "UNKNOWN hub: failed after the first write: NOPERM no", "ERR upstream failure", "WHATEVER", "",
        ]
        for text in certain { #expect(BusError(RedisError.server(text), isWrite: true).isUnavailable, "\(text)") }
        for text in uncertain { #expect(BusError(RedisError.server(text), isWrite: true).isUnknown, "\(text)") }
        for text in certain + uncertain { #expect(BusError(RedisError.server(text), isWrite: false).isUnavailable) }
    }
}
